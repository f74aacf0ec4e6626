/// What typesetting needs to know about Chinese characters (W3C, "Requirements for Chinese Text Layout", chapters 3.1 and 3.2).
enum ChineseText {
  /// Whether the character fills a whole square: ideographs, kana, hangul, full-width forms and Chinese punctuation.
  static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// Whether a quarter of a square belongs between this character and a Latin letter or digit beside it.
  static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3005, 0x3007, 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD: true
    default: false
    }
  }

  /// Letters and digits of Latin, Greek and Cyrillic.
  static func isLatin(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x370...0x52F: true
    default: false
    }
  }

  /// The halves of ⸺ and of ……, squares that run into each other.
  static func isDash(_ scalar: UInt32) -> Bool { scalar == 0x2014 || scalar == 0x2026 }

  /// Punctuation that must not end a line, with its blank half on the left.
  static func isOpening(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0xFF08, 0xFF3B, 0xFF5B: true
    default: false
    }
  }

  /// Punctuation that must not begin a line and whose right half is blank.
  static func isClosing(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x2019, 0x201D, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A,
      0xFF1B, 0xFF3D, 0xFF5D:
      true
    default: false
    }
  }

  /// Other characters that must not begin a line: ？！…—· and the like.
  static func mustNotBeginLine(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0xFF01, 0xFF1F, 0x2026, 0x2014, 0x00B7, 0x30FB, 0x3005, 0xFF5E, 0xFF05, 0x2030, 0x2103: true
    default: isClosing(scalar)
    }
  }
}
