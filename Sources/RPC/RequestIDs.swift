import Synchronization

/// Makes ids for calls and requests that came without one: 16 hex digits, told apart by a counter, not to be guessed across servers.
package final class RequestIDs: Sendable {
  private let counter = Atomic<UInt64>(0)
  private let key: UInt64

  package init() {
    var generator = SystemRandomNumberGenerator()
    key = generator.next()
  }

  package func next() -> String {
    // A bijection of the counter (splitmix64), so that no two ids of one server are equal.
    var value = counter.wrappingAdd(1, ordering: .relaxed).newValue &+ key
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    value ^= value >> 31
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  /// Whether an id from elsewhere is fit to stand in a log line: 1 to 128 letters, digits, `.`, `_`, `-`.
  package static func isSane(_ id: String) -> Bool {
    !id.isEmpty && id.utf8.count <= 128
      && id.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
