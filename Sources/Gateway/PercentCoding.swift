import Platform

/// Percent-encoding of URIs (RFC 3986, section 2.1) and of HTML forms, on bytes.
enum PercentCoding {
  /// Why a piece of a URI or form is no text.
  enum Failure: Error, Equatable {
    /// A `%` without two hex digits behind it.
    case badEscape
    /// The decoded bytes are not UTF-8 (RFC 3629).
    case badUTF8
    /// The decoded text holds U+0000, which no documented value may.
    case nul
  }

  /// Decodes `%XX` in `bytes`.
  ///
  /// - Parameter plusIsSpace: As in queries and forms (HTML, "application/x-www-form-urlencoded"), not in paths.
  /// - Returns: UTF-8 without NUL.
  /// - Throws: What is wrong with the bytes; nothing is repaired.
  static func decode(_ bytes: Span<UInt8>, plusIsSpace: Bool) throws(Failure) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    var isASCII = true
    while index < bytes.count {
      var byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.count, let high = HexDigit.value(bytes[index + 1]), let low = HexDigit.value(bytes[index + 2]) else {
          throw .badEscape
        }
        byte = high << 4 | low
        index += 3
      } else {
        if plusIsSpace && byte == UInt8(ascii: "+") { byte = UInt8(ascii: " ") }
        index += 1
      }
      if byte == 0 { throw .nul }
      if byte >= 0x80 { isASCII = false }
      decoded.append(byte)
    }
    if !isASCII && !isUTF8(decoded) { throw .badUTF8 }
    return decoded
  }

  /// Whether `bytes` are well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF).
  static func isUTF8(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }
}
