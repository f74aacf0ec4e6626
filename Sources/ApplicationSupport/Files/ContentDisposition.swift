/// The value of `Content-Disposition` that has a file saved under its name, or shown in place.
///
/// Source: RFC 6266, section 4 and appendix D; RFC 8187, section 3.2 for the name in UTF-8.
package enum ContentDisposition {
  /// Such as `attachment; filename="__.pdf"; filename*=UTF-8''%E6%96%87%E6%A1%A3.pdf`; without the last part where the name is plain.
  package static func attachment(_ filename: String) -> String { value("attachment", filename) }

  /// The same for what may be shown where it is fetched.
  package static func inline(_ filename: String) -> String { value("inline", filename) }

  private static func value(_ type: String, _ filename: String) -> String {
    var plain: [UInt8] = []
    for scalar in filename.unicodeScalars { plain.append(isPlain(scalar) ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "_")) }
    let fallback = String(decoding: plain, as: UTF8.self)
    // Some clients take the first, some undo percent signs in it: it stands alone only where both readings are the name.
    guard fallback != filename else { return "\(type); filename=\"\(fallback)\"" }
    return "\(type); filename=\"\(fallback)\"; filename*=UTF-8''\(encoded(filename))"
  }

  /// Whether a character may stand in the quoted form, which must need no escape: not all clients undo them.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x20, scalar.value < 0x7f else { return false }
    return scalar != "\"" && scalar != "\\" && scalar != "/" && scalar != "%"
  }

  /// `value-chars` of RFC 8187: everything but its `attr-char` is percent-encoded.
  private static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isAttributeCharacter(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0xf))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: "!#$&+-.^_`|~".utf8.contains(byte)
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }
}
