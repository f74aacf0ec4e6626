/// What a person looks for, as a question to the index.
///
/// Words stand apart by white space and must all be there. A word of ideographs is found wherever it stands, one of letters and digits as
/// a whole word only; case and full-width forms make no difference. Punctuation parts a word into several that must all be there,
/// except between letters and digits (`2024-01-01`), where the parts must follow one another.
public struct SearchQuery: Sendable, Equatable {
  /// An FTS5 expression.
  public let match: String
  /// Whether the index alone can say what is found. If not, as of a text that repeats itself, there may be less: the texts must be looked
  /// into.
  public let isExact: Bool

  /// - Parameters:
  ///   - text: As typed.
  ///   - filter: A filter that the documents were given (`SearchDocument.filters`); nil for all documents.
  /// - Returns: Nil if there is nothing in the text to look for.
  public init?(_ text: String, filter: String? = nil) {
    var phrases: [[UInt8]] = []
    for phrase in SearchQuery.phrases(text) where !phrases.contains(phrase) { phrases.append(phrase) }
    if phrases.isEmpty { return nil }
    // The short list first: FTS5 looks for each of its entries in the others.
    if let filter { phrases.insert(SearchTokens.filter(filter), at: 0) }
    match = SearchQuery.joined(phrases, by: " AND ")
    isExact = true
  }

  /// For an index of `Matching.literal`: what has the text in it just as it stands, but for the case of ASCII letters.
  ///
  /// - Parameters:
  ///   - filter: A filter that the documents were given; nil for all documents.
  ///   - excluding: Filters whose documents are not to be found.
  /// - Returns: Nil for an empty text.
  public init?(literal text: String, filter: String? = nil, excluding: [String] = []) {
    if text.isEmpty { return nil }
    let phrase = LiteralTokens.phrase(text)
    let phrases = [filter.map(SearchTokens.filter), phrase.bytes].compactMap { $0 }
    isExact = phrase.isWhole
    let found = SearchQuery.joined(phrases, by: " AND ")
    match = excluding.isEmpty ? found : "(\(found)) NOT (\(SearchQuery.joined(excluding.map(SearchTokens.filter), by: " OR ")))"
  }

  private static func joined(_ phrases: [[UInt8]], by operation: String) -> String {
    phrases.map { "\"" + String(decoding: $0, as: UTF8.self) + "\"" }.joined(separator: operation)
  }

  private enum Unit {
    case word([UInt8])
    /// Neighbours without a separator in between.
    case run([Unicode.Scalar])
  }

  /// The tokens of each phrase with spaces between; what they are in a text, `SearchTokens` says.
  private static func phrases(_ text: String) -> [[UInt8]] { terms(text).map(phrase) }

  private static func phrase(_ term: [Unit]) -> [UInt8] {
    if term.count == 1, case .run(let run) = term[0], run.count == 1 { return SearchTokens.single(run[0]) }
    var tokens: [[UInt8]] = []
    for (index, unit) in term.enumerated() {
      switch unit {
      case .word(let word): tokens.append(word)
      case .run(let run):
        if index > 0 { tokens.append(bytes([run[0]])) }
        for pair in zip(run, run.dropFirst()) { tokens.append(bytes([pair.0, pair.1])) }
        if index < term.count - 1, let last = run.last, !(index > 0 && run.count == 1) { tokens.append(bytes([last])) }
      }
    }
    return Array(tokens.joined(separator: [UInt8(ascii: " ")]))
  }

  private static func bytes(_ scalars: [Unicode.Scalar]) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in scalars { SearchTokens.append(scalar, to: &bytes) }
    return bytes
  }

  /// The units of each term: in a term of several, words and runs take turns, or words follow words.
  private static func terms(_ text: String) -> [[Unit]] {
    var terms: [[Unit]] = []
    var term: [Unit] = []
    var isOpen = false
    func endTerm() {
      if !term.isEmpty { terms.append(term) }
      term = []
      isOpen = false
    }
    for scalar in text.unicodeScalars {
      let scalar = SearchCharacter.narrowed(scalar)
      switch SearchCharacter(scalar) {
      case .ignored: continue
      case .separator:
        if scalar.properties.isWhitespace { endTerm() }
        if case .run? = term.last { endTerm() }
        isOpen = false
      case .ideograph:
        if !isOpen { endTerm() }
        if case .run(let run)? = term.last {
          term[term.count - 1] = .run(run + [scalar])
        } else {
          term.append(.run([scalar]))
        }
        isOpen = true
      case .word:
        var bytes: [UInt8] = []
        SearchCharacter.appendFolded(scalar, to: &bytes)
        if isOpen, case .word(let word)? = term.last {
          term[term.count - 1] = .word(word + bytes)
        } else {
          term.append(.word(bytes))
        }
        isOpen = true
      }
    }
    endTerm()
    return terms
  }
}
