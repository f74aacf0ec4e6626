/// The forms of text that rules name, checked on UTF-8.
enum TextForms {
  /// An address as HTML's `input type=email` takes it, with at most 64 bytes before the @.
  ///
  /// Source: WHATWG HTML, 4.10.5.1.5 "Valid e-mail address", which protovalidate follows; RFC 5321, 4.5.3.1.1 for the 64.
  static func isEmail(_ text: WireRange) -> Bool {
    guard let at = text.bytes.firstIndex(of: 0x40), at >= 1, at <= 64 else { return false }
    for byte in text.bytes[..<at] where !isLetterOrDigit(byte) && !localPunctuation.contains(byte) { return false }
    return isHostname(text.bytes[(at + 1)...])
  }

  private static let localPunctuation: [UInt8] = Array(".!#$%&'*+/=?^_`{|}~-".utf8)

  /// Labels of 1 to 63 letters, digits and inner hyphens, joined by dots.
  private static func isHostname(_ host: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    var length = 0
    var last: UInt8 = 0x2e
    for byte in host {
      if byte == 0x2e {
        guard length > 0, last != 0x2d else { return false }
        length = 0
      } else {
        guard isLetterOrDigit(byte) || byte == 0x2d && length > 0, length < 63 else { return false }
        length += 1
      }
      last = byte
    }
    return length > 0 && last != 0x2d
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }

  private static func isHexadecimal(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 }

  /// 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
  static func isUUID(_ text: WireRange) -> Bool {
    guard text.count == 36 else { return false }
    for (i, byte) in text.bytes.enumerated() {
      let hyphen = i == 8 || i == 13 || i == 18 || i == 23
      guard hyphen ? byte == 0x2d : isHexadecimal(byte) else { return false }
    }
    return true
  }

  private static let uriPunctuation: [UInt8] = Array("-._~:/?@!$&'()*+,;=".utf8)

  /// A URI with a scheme, of the characters that RFC 3986 allows. Brackets only around an address at the host's place.
  static func isURI(_ text: WireRange) -> Bool {
    guard let colon = text.bytes.firstIndex(of: 0x3a), let first = text.bytes.first, (first | 0x20) &- 0x61 < 26 else { return false }
    for byte in text.bytes[..<colon] where !isLetterOrDigit(byte) && byte != 0x2b && byte != 0x2d && byte != 0x2e { return false }
    let rest = Array(text.bytes[(colon + 1)...])
    // Where an authority may stand: between // and the next /, ? or #.
    var authorityEnd = 0
    if rest.starts(with: [0x2f, 0x2f]) {
      authorityEnd = rest[2...].firstIndex { $0 == 0x2f || $0 == 0x3f || $0 == 0x23 } ?? rest.count
    }
    var fragment = false
    var i = 0
    while i < rest.count {
      let byte = rest[i]
      if byte == 0x25 {
        guard i + 2 < rest.count, isHexadecimal(rest[i + 1]), isHexadecimal(rest[i + 2]) else { return false }
        i += 2
      } else if byte == 0x23 {
        guard !fragment else { return false }
        fragment = true
      } else if byte == 0x5b || byte == 0x5d {
        guard i < authorityEnd else { return false }
      } else if !isLetterOrDigit(byte), !uriPunctuation.contains(byte) {
        return false
      }
      i += 1
    }
    return true
  }
}
