public import Platform

/// Ids of 24 lower-case hexadecimal digits: eight of the second they were made in, sixteen of chance.
///
/// Time first, so that rows made together lie together in an index; chance, so that nobody guesses the next one.
public struct ObjectIDGenerator: Sendable {
  private let time: any TimeSource
  private let random: any RandomSource

  public init(time: any TimeSource, random: any RandomSource) {
    self.time = time
    self.random = random
  }

  /// A new id.
  public func next() -> String {
    let second = UInt32(truncatingIfNeeded: time.wallSeconds)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(12)
    for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: second >> shift)) }
    bytes.append(contentsOf: random.bytes(8))
    return String(unsafeUninitializedCapacity: 24) { text in
      for (index, byte) in bytes.enumerated() {
        text[index * 2] = Self.digit(byte >> 4)
        text[index * 2 + 1] = Self.digit(byte & 0xf)
      }
      return 24
    }
  }

  /// Whether a text can be such an id at all. Anything else names nothing and needs no look into the database.
  public static func isValid(_ text: String) -> Bool {
    text.utf8.count == 24
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
