/// Text that others wrote, made harmless for a terminal: it could move the cursor, set the title, answer for the keyboard, or show letters
/// in another order than they are in.
public enum SafeText {
  /// For a cell of a table: one line.
  public static func line(_ text: String) -> String { replacing(text, keepsLines: false) }

  /// For text with lines of its own.
  public static func paragraph(_ text: String) -> String { replacing(text, keepsLines: true) }

  /// For JSON, where every such character is inside a string and can be written as `\uXXXX`: the value stays the same.
  ///
  /// - Parameter json: JSON in UTF-8. Writers escape what is below U+0020 themselves.
  public static func json(_ json: [UInt8]) -> String {
    let text = String(decoding: json, as: UTF8.self)
    guard text.unicodeScalars.contains(where: { isDangerous($0) }) else { return text }
    var out = ""
    out.reserveCapacity(text.utf8.count + 64)
    for scalar in text.unicodeScalars {
      if isDangerous(scalar) {
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  private static func replacing(_ text: String, keepsLines: Bool) -> String {
    guard text.unicodeScalars.contains(where: { isDangerous($0) || isSpacing($0) }) else { return text }
    var out = String.UnicodeScalarView()
    var previous: Unicode.Scalar = "\n"
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      if isSpacing(scalar) {
        guard keepsLines else {
          out.append(" ")
          continue
        }
        // CR LF and a bare CR are ends of lines.
        if scalar == "\n", previous == "\r" { continue }
        out.append(scalar == "\t" ? "\t" : "\n")
      } else {
        out.append(isDangerous(scalar) ? "\u{fffd}" : scalar)
      }
    }
    return String(out)
  }

  private static func isSpacing(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\t" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  /// Control characters (C0, DEL, C1) except those that only make space, and what changes the direction of writing.
  private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a, 0x0d: false
    case 0x00...0x1f, 0x7f...0x9f, 0x061c, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
