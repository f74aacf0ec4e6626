internal import Identity

/// One header field with text of any script as 7-bit lines (RFC 5322, section 2.2; RFC 2047).
enum MailHeader {
  /// RFC 2047, section 2: a line with encoded words has at most 76 characters.
  private static let lineMax = 76
  private static let wordStart = "=?UTF-8?B?"
  private static let wordEnd = "?="

  /// The line or lines of a field, CRLF included.
  ///
  /// - Parameters:
  ///   - text: Control characters, line breaks among them, become spaces: a field cannot grow another one.
  ///   - suffix: ASCII that follows the text as it is, such as ` <a@example.com>`.
  static func field(_ name: String, _ text: String, suffix: String = "") -> String {
    let clean = String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
    let prefix = name + ": "
    if isPlain(clean), prefix.utf8.count + clean.utf8.count <= lineMax {
      return folded(prefix + clean, suffix)
    }
    var lines: [String] = []
    var line = prefix
    var word: [UInt8] = []
    for scalar in clean.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      // A character is never torn apart (RFC 2047, section 5).
      if line.utf8.count + wordStart.utf8.count + wordEnd.utf8.count + (word.count + bytes.count + 2) / 3 * 4 > lineMax {
        lines.append(line + encoded(word))
        line = " "
        word = []
      }
      word += bytes
    }
    lines.append(line + encoded(word))
    let last = lines.removeLast()
    return lines.map { $0 + "\r\n" }.joined() + folded(last, suffix)
  }

  private static func folded(_ line: String, _ suffix: String) -> String {
    let fits = suffix.isEmpty || line.utf8.count + suffix.utf8.count <= lineMax
    return fits ? line + suffix + "\r\n" : line + "\r\n" + suffix + "\r\n"
  }

  private static func encoded(_ bytes: [UInt8]) -> String { bytes.isEmpty ? "" : wordStart + Base64.encodePadded(bytes) + wordEnd }

  /// Whether the text may stand as it is, both as free text and as the words of a display name.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: " "), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    // U+0085, U+2028 and U+2029 break lines too, for some readers.
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
  }
}
