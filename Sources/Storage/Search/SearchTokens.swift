/// A text as the index holds it: tokens with spaces between.
///
/// Of a run of ideographs every pair of neighbours is a token, so that two characters are one look-up and more are a phrase.
/// Of a run that touches words (`VIP卡号3`) the outer characters are tokens too: `vip 卡 卡号 号 3`. A word is one token.
/// Between words, and between a word and a run, separators make no difference; between two runs stands a mark, or 报表，表示 would be
/// found by 报表示. Behind the text, each ideograph once, marked, so that one character is one look-up as well.
struct SearchTokens {
  private(set) var bytes: [UInt8] = []
  private var ideographs: [Unicode.Scalar] = []
  /// The same, once they are so many that going through them takes longer than hashing.
  private var knownIdeographs: Set<Unicode.Scalar> = []
  private var last = Last.nothing
  /// Whether the last unit may still grow: nothing but ignored characters came since.
  private var isOpen = false

  /// The unit before.
  private enum Last {
    case nothing, word
    /// The character that the run has ended with so far, and whether that is a token already.
    case run(Unicode.Scalar, isWritten: Bool)
  }

  /// Makes room for the tokens of texts that have so many bytes: each character stands in two pairs, behind each of which is a space, and
  /// once more by itself.
  mutating func reserve(forTextBytes count: Int) { bytes.reserveCapacity(count * 4 + 64) }

  /// Adds a text. No phrase reaches from one text into the next.
  ///
  /// - Parameter bytesMax: How many bytes of it, in UTF-8, are read; whole characters only.
  /// - Returns: How many were read.
  @discardableResult
  mutating func append(_ text: String, bytesMax: Int = .max) -> Int {
    var count = 0
    for scalar in text.unicodeScalars {
      let size = UTF8.width(scalar)
      if count + size > bytesMax { break }
      count += size
      let scalar = SearchCharacter.narrowed(scalar)
      switch SearchCharacter(scalar) {
      case .ideograph: append(ideograph: scalar)
      case .word: append(word: scalar)
      case .separator: isOpen = false
      case .ignored: continue
      }
    }
    separate()
    SearchTokens.append(SearchCharacter.mark, to: &bytes)
    last = .nothing
    isOpen = false
    return count
  }

  /// Adds what is no text: a word of ASCII letters and digits that `SearchQuery` can ask for and nobody can type.
  mutating func append(filter: String) {
    separate()
    bytes += SearchTokens.filter(filter)
  }

  /// Adds every ideograph that came, once.
  mutating func appendIdeographs() {
    for scalar in ideographs {
      separate()
      SearchTokens.append(SearchCharacter.mark, to: &bytes)
      SearchTokens.append(scalar, to: &bytes)
    }
  }

  static func filter(_ filter: String) -> [UInt8] {
    precondition(filter.utf8.allSatisfy { $0 < 0x80 && SearchCharacter(Unicode.Scalar($0)) == .word }, "a filter is one word")
    var bytes: [UInt8] = []
    append(mark, to: &bytes)
    bytes += filter.utf8
    return bytes
  }

  /// The token of a single ideograph, wherever it stands.
  static func single(_ scalar: Unicode.Scalar) -> [UInt8] {
    var bytes: [UInt8] = []
    append(mark, to: &bytes)
    append(scalar, to: &bytes)
    return bytes
  }

  static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    let value = scalar.value
    if (0x800...0xffff).contains(value) {
      // Three bytes, as nearly everything here has.
      bytes.append(UInt8(truncatingIfNeeded: 0xe0 | value >> 12))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3f))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3f))
      return
    }
    if let encoded = UTF8.encode(scalar) { bytes.append(contentsOf: encoded) }
  }

  private static var mark: Unicode.Scalar { SearchCharacter.mark }

  private mutating func append(ideograph scalar: Unicode.Scalar) {
    note(scalar)
    switch last {
    case .run(let previous, _) where isOpen:
      separate()
      SearchTokens.append(previous, to: &bytes)
      SearchTokens.append(scalar, to: &bytes)
      last = .run(scalar, isWritten: false)
    case .word:
      separate()
      SearchTokens.append(scalar, to: &bytes)
      last = .run(scalar, isWritten: true)
    case .run:
      separate()
      SearchTokens.append(SearchCharacter.mark, to: &bytes)
      last = .run(scalar, isWritten: false)
    case .nothing: last = .run(scalar, isWritten: false)
    }
    isOpen = true
  }

  private mutating func note(_ scalar: Unicode.Scalar) {
    if ideographs.count < 48 {
      if !ideographs.contains(scalar) { ideographs.append(scalar) }
    } else {
      if knownIdeographs.isEmpty { knownIdeographs = Set(ideographs) }
      if knownIdeographs.insert(scalar).inserted { ideographs.append(scalar) }
    }
  }

  private mutating func append(word scalar: Unicode.Scalar) {
    if isOpen, case .word = last {
      SearchCharacter.appendFolded(scalar, to: &bytes)
      return
    }
    if case .run(let end, isWritten: false) = last {
      separate()
      SearchTokens.append(end, to: &bytes)
    }
    separate()
    SearchCharacter.appendFolded(scalar, to: &bytes)
    last = .word
    isOpen = true
  }

  private mutating func separate() { if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) } }
}
