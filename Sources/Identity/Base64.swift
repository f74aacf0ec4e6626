/// Base64 (RFC 4648) without padding, in the two alphabets that hashes and tokens use.
package enum Base64 {
  package enum Alphabet {
    /// Section 4.
    case standard
    /// Section 5, for URLs.
    case url
  }

  private static let standardDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let standardValues = values(standardDigits)
  private static let urlValues = values(urlDigits)

  package static func encode(_ bytes: some Collection<UInt8>, _ alphabet: Alphabet) -> String {
    var text: [UInt8] = []
    append(bytes, alphabet, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The text in the standard alphabet with its padding, as MIME has it (RFC 2045, section 6.8).
  package static func encodePadded(_ bytes: some Collection<UInt8>) -> String {
    encode(bytes, .standard) + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
  }

  package static func append(_ bytes: some Collection<UInt8>, _ alphabet: Alphabet, to text: inout [UInt8]) {
    let digits = alphabet == .standard ? standardDigits : urlDigits
    text.reserveCapacity(text.count + (bytes.count * 4 + 2) / 3)
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(digits[Int(bits >> UInt32(count) & 63)])
      }
    }
    if count > 0 { text.append(digits[Int(bits << UInt32(6 - count) & 63)]) }
  }

  /// The bytes of a text; nil for a foreign character, padding, an impossible length, or rest bits that are not zero, so
  /// that every byte string has one text only.
  package static func decode(_ text: some Collection<UInt8>, _ alphabet: Alphabet) -> [UInt8]? {
    let values = alphabet == .standard ? standardValues : urlValues
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var bits: UInt32 = 0
    var count = 0
    for character in text {
      let value = values[Int(character)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    guard bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
    return bytes
  }

  private static func values(_ digits: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }
}
