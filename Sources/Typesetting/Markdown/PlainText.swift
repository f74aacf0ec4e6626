/// Text as every writer may print it.
enum PlainText {
  /// The text with control characters, which neither XML nor a font knows, replaced by U+FFFD; tabs and line feeds stay.
  static func cleaned(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard mayNeedCleaning(bytes) else { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      text.unicodeScalars.append(isForbidden(scalar) ? "\u{FFFD}" : scalar)
    }
    return text
  }

  static func cleaned(_ text: String) -> String {
    var text = text
    return text.withUTF8 { cleaned($0) }
  }

  /// Controls but tab and line feed, noncharacters (XML forbids two, cairo all of them), and line and paragraph separators.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFDD0...0xFDEF: true
    default: scalar.value & 0xFFFE == 0xFFFE
    }
  }

  /// Whether a byte occurs that may be part of a forbidden character: C0, DEL, or what begins C1, U+2028 and noncharacters.
  private static func mayNeedCleaning(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 {
        if byte != 0x09 && byte != 0x0A { return true }
      } else if byte == 0x7F || byte == 0xC2 && index + 1 < bytes.count && bytes[index + 1] < 0xA0 {
        return true
      } else if index + 2 < bytes.count {
        if byte == 0xE2 && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8 { return true }
        // The last two of each plane end in BF BE and BF BF, those within the first are EF B7 90 and so on.
        if byte & 0xC0 == 0x80 || byte == 0xEF, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE { return true }
        if byte == 0xEF && bytes[index + 1] == 0xB7 { return true }
      }
      index += 1
    }
    return false
  }
}
