/// Strings as JSON writes them (RFC 8259, section 7), for the few places that write a line of JSON by hand.
public enum JSONString {
  /// Appends a string with its quotes. Control characters (C0, DEL, C1) and the separators U+2028 and U+2029 are escaped: the text stays
  /// on one line for every reader, also for those that end a line at U+0085 or U+2028.
  public static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    var bytes = string.utf8.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case UInt8(ascii: "\n"): text.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case 0..<0x20, 0x7f: appendEscape(UInt16(byte), to: &text)
      // A String is well-formed UTF-8, so what begins a character is followed by the rest of it.
      case 0xc2:
        guard let second = bytes.next() else { continue }
        if second < 0xa0 { appendEscape(UInt16(second), to: &text) } else { text.append(contentsOf: [byte, second]) }
      case 0xe2:
        guard let second = bytes.next(), let third = bytes.next() else { continue }
        if second == 0x80, third & 0xfe == 0xa8 {
          appendEscape(0x2000 + UInt16(third) - 0x80, to: &text)
        } else {
          text.append(contentsOf: [byte, second, third])
        }
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(_ code: UInt16, to text: inout [UInt8]) {
    text.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] { text.append(digit(UInt8(code >> UInt16(shift) & 15))) }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
