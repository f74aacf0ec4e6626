/// A text as an index holds it that finds any part of it, just as it stands: every two neighbouring characters are a token, and behind
/// them each character once, marked, so that one character is one look-up, two are one, and more are a phrase.
///
/// Only the case of ASCII letters makes no difference. What FTS5 would take for the space between tokens, all of ASCII but letters and
/// digits, is written in an escaped form, as are the two characters that the escaping uses.
struct LiteralTokens {
  private(set) var bytes: [UInt8] = []
  private var characters = CharacterSet()

  /// Makes room for the tokens of texts that have so many bytes of Chinese: each character stands in two pairs, behind each of which is
  /// a space.
  mutating func reserve(forTextBytes count: Int) { bytes.reserveCapacity(count / 3 * 7 + 4096) }

  /// Adds a text. No phrase reaches from one text into the next.
  ///
  /// - Parameter bytesMax: How many bytes of it, in UTF-8, are read; whole characters only.
  /// - Returns: How many were read.
  @discardableResult
  mutating func append(_ text: String, bytesMax: Int = .max) -> Int {
    var count = 0
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      let size = UTF8.width(scalar)
      if count + size > bytesMax { break }
      count += size
      characters.insert(scalar)
      if let previous {
        separate()
        LiteralTokens.append(previous, to: &bytes)
        LiteralTokens.append(scalar, to: &bytes)
      }
      previous = scalar
    }
    separate()
    SearchTokens.append(SearchCharacter.mark, to: &bytes)
    return count
  }

  /// Adds what is no text, as `SearchTokens` does.
  mutating func append(filter: String) {
    separate()
    bytes += SearchTokens.filter(filter)
  }

  /// Adds every character that came, once.
  mutating func appendCharacters() {
    for scalar in characters.scalars {
      separate()
      SearchTokens.append(SearchCharacter.mark, to: &bytes)
      LiteralTokens.append(scalar, to: &bytes)
    }
  }

  /// How often a phrase has the same token. FTS5 goes through all places of a token for each time that the phrase has it: a hundred dashes
  /// in a text of nothing else would take seconds.
  static let repeatsMax = 8

  /// The tokens of what is looked for with spaces between, up to one that comes too often; empty for an empty text.
  static func phrase(_ text: String) -> (bytes: [UInt8], isWhole: Bool) {
    var bytes: [UInt8] = []
    var counts: [[UInt8]: Int] = [:]
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if let previous {
        var token: [UInt8] = []
        append(previous, to: &token)
        append(scalar, to: &token)
        counts[token, default: 0] += 1
        if counts[token, default: 0] > repeatsMax { return (bytes, false) }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        bytes += token
      }
      previous = scalar
    }
    if bytes.isEmpty, let previous {
      SearchTokens.append(SearchCharacter.mark, to: &bytes)
      append(previous, to: &bytes)
    }
    return (bytes, true)
  }

  /// U+0081, before what stands for a character that cannot be a part of a token: U+00A0 and so many after it.
  private static let escape: Unicode.Scalar = "\u{81}"

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    let value = scalar.value
    if value > escape.value { return SearchTokens.append(scalar, to: &bytes) }
    if value < 0x80, case .word = SearchCharacter(scalar) { return SearchCharacter.appendFolded(scalar, to: &bytes) }
    SearchTokens.append(escape, to: &bytes)
    if let stand = Unicode.Scalar(0xa0 + value) { SearchTokens.append(stand, to: &bytes) }
  }

  private mutating func separate() { if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) } }

  /// Characters in the order of their numbers; ASCII letters as small ones.
  private struct CharacterSet {
    /// A bit for each of the first 65,536.
    private var first = [UInt64](repeating: 0, count: 1024)
    private var others: Set<UInt32> = []

    mutating func insert(_ scalar: Unicode.Scalar) {
      let value = (0x41...0x5a).contains(scalar.value) ? scalar.value | 0x20 : scalar.value
      if value < 0x10000 { first[Int(value >> 6)] |= 1 << UInt64(value & 63) } else { others.insert(value) }
    }

    var scalars: [Unicode.Scalar] {
      var scalars: [Unicode.Scalar] = []
      for (index, word) in first.enumerated() where word != 0 {
        var rest = word
        while rest != 0 {
          if let scalar = Unicode.Scalar(UInt32(index * 64 + rest.trailingZeroBitCount)) { scalars.append(scalar) }
          rest &= rest - 1
        }
      }
      return scalars + others.sorted().compactMap { Unicode.Scalar($0) }
    }
  }
}
