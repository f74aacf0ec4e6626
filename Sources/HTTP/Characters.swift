/// Character classes of RFC 9110 and RFC 3986, as bit sets over ASCII.
enum Characters {
  /// One bit for each byte below 128.
  struct Class {
    private let low: UInt64
    private let high: UInt64

    init(_ members: StaticString, alphanumeric: Bool) {
      var (low, high): (UInt64, UInt64) = (0, 0)
      func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
      }
      for index in 0..<members.utf8CodeUnitCount { insert(members.utf8Start[index]) }
      if alphanumeric {
        for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { insert(byte) }
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") { insert(byte) }
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { insert(byte) }
      }
      (self.low, self.high) = (low, high)
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
      byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    func contains(all bytes: UnsafeRawBufferPointer) -> Bool {
      for byte in bytes where !contains(byte) { return false }
      return true
    }
  }

  /// RFC 9110, 5.6.2: what a method or a field name is made of.
  static let token = Class("!#$%&'*+-.^_`|~", alphanumeric: true)
  /// What a Host or authority may consist of (RFC 3986, 3.2.2 and 3.2.3, without user information).
  static let authority = Class("-._~:[]%!$&'()*+;=", alphanumeric: true)

  /// RFC 9110, 5.5: visible characters, space, tab and obs-text (bytes from 0x80).
  @inline(__always)
  static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }

  static func isFieldValue(all bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where !isFieldValue(byte) { return false }
    return true
  }

  /// What a request target may consist of: visible ASCII without `#` (a fragment never travels).
  static func isTarget(all bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where byte <= 0x20 || byte >= 0x7f || byte == 0x23 { return false }
    return true
  }
}
