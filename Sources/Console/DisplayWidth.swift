/// How many columns text takes on a terminal.
///
/// Source: Unicode Standard Annex #11, "East Asian Width": wide and full-width characters take two columns, marks that go over another
/// character none.
public enum DisplayWidth {
  /// What is wide beside emoji, in order.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3,
    0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2ff,
    0x1f200...0x1f265, 0x20000...0x3fffd,
  ]

  public static func of(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + of($1) } }

  public static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    // Vowels and final consonants of Hangul written in parts join the consonant before them.
    if (0x1160...0x11ff).contains(value) || (0xd7b0...0xd7ff).contains(value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if wide.contains(where: { $0.contains(value) }) { return 2 }
    // A flag is two letters of one column each.
    if (0x1f1e6...0x1f1ff).contains(value) { return 1 }
    return scalar.properties.isEmojiPresentation ? 2 : 1
  }

  /// The text in at most `columns` columns: whole, or its beginning and `…`.
  public static func cut(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    var kept = ""
    var used = 1
    for character in text {
      let width = of(String(character))
      guard used + width <= columns else { break }
      used += width
      kept.append(character)
    }
    return columns < 1 ? "" : kept + "…"
  }
}
