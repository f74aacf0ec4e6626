/// What a search finds: texts under one key, as they are now.
public struct SearchDocument: Sendable, Equatable {
  /// Greater for newer ones: answers are in descending order of keys.
  public var key: Int64
  /// No phrase reaches from one into the next.
  public var texts: [String]
  /// Words of ASCII letters and digits by which a query can choose documents, such as the id of whose it is.
  public var filters: [String]

  public init(key: Int64, texts: [String], filters: [String] = []) {
    self.key = key
    self.texts = texts
    self.filters = filters
  }

  /// What the index holds of it.
  ///
  /// - Parameter bytesMax: How many bytes of the texts, in UTF-8, are read; the first ones.
  func tokens(for matching: SearchIndex.Matching = .words, bytesMax: Int) -> String {
    switch matching {
    case .words: wordTokens(bytesMax: bytesMax)
    case .literal: literalTokens(bytesMax: bytesMax)
    }
  }

  private func literalTokens(bytesMax: Int) -> String {
    var tokens = LiteralTokens()
    tokens.reserve(forTextBytes: min(bytesMax, texts.reduce(0) { $0 + $1.utf8.count }))
    for filter in filters { tokens.append(filter: filter) }
    var bytesLeft = bytesMax
    for text in texts where bytesLeft > 0 { bytesLeft -= tokens.append(text, bytesMax: bytesLeft) }
    tokens.appendCharacters()
    return String(decoding: tokens.bytes, as: UTF8.self)
  }

  private func wordTokens(bytesMax: Int) -> String {
    var tokens = SearchTokens()
    tokens.reserve(forTextBytes: min(bytesMax, texts.reduce(0) { $0 + $1.utf8.count }))
    for filter in filters { tokens.append(filter: filter) }
    var bytesLeft = bytesMax
    for text in texts where bytesLeft > 0 { bytesLeft -= tokens.append(text, bytesMax: bytesLeft) }
    tokens.appendIdeographs()
    return String(decoding: tokens.bytes, as: UTF8.self)
  }
}
