/// What a character is to the search index.
///
/// The classes and the folding are part of what is stored: a change of either needs a new `SearchIndex.version`.
enum SearchCharacter {
  /// Of a script that is written without spaces, or a picture: each is a unit of its own.
  case ideograph
  /// Of a word or number, which is one unit as a whole.
  case word
  /// Between units.
  case separator
  /// As if it were not there: joiners, variation selectors, soft hyphens.
  case ignored

  /// Begins what is in the index but in no text: a control character, so a separator there, and above ASCII, so a part of a token for
  /// FTS5.
  static let mark: Unicode.Scalar = "\u{80}"

  init(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    if value < 0x80 {
      self = Self.isASCIIWord(value) ? .word : .separator
    } else if Self.isIdeograph(value) {
      self = .ideograph
    } else {
      self = Self.byCategory(scalar)
    }
  }

  /// Full-width forms as their plain ones (Unicode's block of Halfwidth and Fullwidth Forms, its first 94).
  static func narrowed(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0xff01...0xff5e).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(scalar.value - 0xfee0) ?? scalar
  }

  /// Adds the small letter to `bytes`, or whatever stands as it is.
  static func appendFolded(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    if scalar.value < 0x80 {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      bytes.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
    } else {
      bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
    }
  }

  private static func isASCIIWord(_ value: UInt32) -> Bool {
    (0x30...0x39).contains(value) || (0x61...0x7a).contains(value) || (0x41...0x5a).contains(value)
  }

  private static func isIdeograph(_ value: UInt32) -> Bool {
    switch value {
    case 0x4e00...0x9fff: true
    case ..<0x0e00: false
    // Thai to Myanmar, Khmer: written without spaces.
    case 0x0e00...0x109f, 0x1780...0x17ff: true
    // Radicals; the repetition mark and numerals; kana but the middle dot; Bopomofo and Hangul; extensions.
    case 0x2e80...0x2fdf, 0x3005...0x3007, 0x3021...0x3029, 0x3041...0x309a, 0x309d...0x309f, 0x30a1...0x30fa, 0x30fc...0x30ff: true
    case 0x3105...0x318e, 0x31a0...0x31bf, 0x31f0...0x31ff, 0x3400...0x4dbf, 0xa960...0xa97f, 0xac00...0xd7ff: true
    // Private use, compatibility, half-width kana and Hangul.
    case 0xe000...0xfaff, 0xff66...0xffdc: true
    case 0x1b000...0x1b16f, 0x1f3fb...0x1f3ff: true
    // The supplementary ideographic planes, and the private ones.
    case 0x20000...0x3ffff, 0xf0000...0x10ffff: true
    default: false
    }
  }

  private static func byCategory(_ scalar: Unicode.Scalar) -> SearchCharacter {
    // Variation selectors are marks by category.
    if (0xfe00...0xfe0f).contains(scalar.value) { return .ignored }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
      .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return .word
    // What is not assigned yet will mostly be pictures.
    case .otherSymbol, .unassigned: return .ideograph
    case .format: return .ignored
    default: return .separator
    }
  }
}
