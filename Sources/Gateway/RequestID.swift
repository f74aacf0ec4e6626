import Glibc

/// The name that one request bears in its answer (`x-request-id`) and in the log.
enum RequestID {
  static let lengthMax = 128

  /// The client's own id if it is fit for a log line, else a new one of 32 hex digits.
  ///
  /// - Parameter offered: The client's `x-request-id`; taken if it has 1 to 128 visible ASCII characters (RFC 5234, VCHAR).
  static func choose(offered: String?) -> String {
    if let offered, isSane(offered) { return offered }
    return make()
  }

  static func isSane(_ text: String) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= lengthMax && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  /// 128 random bits; ids need to differ, not to be secret.
  private static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    let halves = (generator.next(), generator.next())
    return String(unsafeUninitializedCapacity: 32) { buffer in
      let digits: StaticString = "0123456789abcdef"
      for index in 0..<32 {
        let half = index < 16 ? halves.0 : halves.1
        buffer[index] = digits.utf8Start[Int(half >> (UInt64(15 - index % 16) * 4) & 15)]
      }
      return 32
    }
  }
}
