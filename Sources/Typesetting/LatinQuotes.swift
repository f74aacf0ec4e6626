/// Tells the quotation marks of Latin text from those of Chinese, which share their characters: in “it’s” they are narrow and
/// part of a word, beside Chinese they fill a square and a line may end after them.
enum LatinQuotes {
  /// The text cut into pieces; a piece is Latin marks alone or has none.
  static func split(_ text: String) -> [(text: String, isLatin: Bool)] {
    guard mayHaveMarks(text) else { return [(text, false)] }
    let scalars = Array(text.unicodeScalars)
    let isLatin = latinMarks(scalars)
    var pieces: [(text: String, isLatin: Bool)] = []
    for (scalar, flag) in zip(scalars, isLatin) {
      if pieces.isEmpty || pieces[pieces.count - 1].isLatin != flag { pieces.append(("", flag)) }
      pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
    }
    return pieces
  }

  /// Marks that stand around Latin text and beside nothing Chinese, in pairs where both ends are in the text, and apostrophes.
  private static func latinMarks(_ scalars: [Unicode.Scalar]) -> [Bool] {
    var isLatin = [Bool](repeating: false, count: scalars.count)
    // Open marks of either kind, and how many Chinese characters came before each.
    var open: [[(index: Int, wide: Int)]] = [[], []]
    var wide = 0
    func isWide(_ index: Int) -> Bool { scalars.indices.contains(index) && ChineseText.isWide(scalars[index]) }
    func isLetter(_ index: Int) -> Bool { scalars.indices.contains(index) && ChineseText.isLatin(scalars[index].value) }
    for index in scalars.indices {
      let isDouble = scalars[index].value >= 0x201C
      switch scalars[index].value {
      case 0x2018, 0x201C: open[isDouble ? 1 : 0].append((index, wide))
      case 0x2019 where isLetter(index - 1) && isLetter(index + 1): isLatin[index] = true
      case 0x2019, 0x201D:
        if let start = open[isDouble ? 1 : 0].popLast() {
          let hasLatin = start.wide == wide && index > start.index + 1
          guard hasLatin, !isWide(start.index - 1), !isWide(index + 1) else { continue }
          isLatin[start.index] = true
          isLatin[index] = true
        } else if isLetter(index - 1), !isWide(index + 1) {
          isLatin[index] = !isDouble || index + 1 < scalars.count
        }
      default: if isWide(index) { wide += 1 }
      }
    }
    for start in open.joined() where start.index > 0 && !isWide(start.index - 1) && isLetter(start.index + 1) {
      isLatin[start.index] = true
    }
    return isLatin
  }

  private static func mayHaveMarks(_ text: String) -> Bool {
    var copy = text
    return copy.withUTF8 { bytes in
      // U+2018, U+2019, U+201C and U+201D are E2 80 98 and so on.
      for index in bytes.indices.dropLast(2) where bytes[index] == 0xE2 && bytes[index + 1] == 0x80 {
        if (0x98...0x9D).contains(bytes[index + 2]) { return true }
      }
      return false
    }
  }
}
