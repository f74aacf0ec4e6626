/// Strings as JSON writes them (RFC 8259, section 7), for the few places that write a line of JSON by hand.
public enum JSONString {
  /// Appends a string with its quotes. Control characters, DEL included, are escaped, so the text stays on one line.
  public static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case UInt8(ascii: "\n"): text.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case 0..<0x20, 0x7f:
        text.append(contentsOf: "\\u00".utf8)
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
