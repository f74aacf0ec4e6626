/// A full-text index beside a table: an FTS5 table without contents of its own, whose tokens are made here (`SearchTokens`).
///
/// FTS5 alone finds no Chinese: its tokenizers take a sentence for a word, or need three characters. With pairs as tokens and their
/// places kept (`detail=full`), one, two and more characters are exact look-ups, so that totals need no text to be read: a phrase that
/// 150,000 of 300,000 documents hold is counted in 14 ms, where reading their texts would take a second. Places double the index.
///
/// What is written goes into the index at the end of the commit that it shares with others (`Transaction.beforeCommit`): it is found when
/// the write is answered, and not by the transaction itself. A document is changed by `replace`, which must know what the index holds of it: FTS5 takes tokens out one by one.
public struct SearchIndex: Sendable {
  /// The statements, since SQL is static. Of a table made by
  /// `CREATE VIRTUAL TABLE name USING fts5(tokens, content = '', columnsize = 0, tokenize = 'ascii')`.
  public struct Statements: Sendable {
    /// `INSERT INTO name (rowid, tokens) VALUES ($key, $tokens)`
    public var insert: StaticString
    /// `INSERT INTO name (name, rowid, tokens) VALUES ('delete', $key, $tokens)`
    public var delete: StaticString
    /// `INSERT INTO name (name) VALUES ('delete-all')`
    public var clear: StaticString
    /// `INSERT INTO name (name, rank) VALUES ('merge', $pages)`
    public var merge: StaticString
    /// `SELECT count(*) FROM name WHERE name MATCH $match`
    public var count: StaticString
    /// `SELECT rowid FROM name WHERE name MATCH $match ORDER BY rowid DESC LIMIT $limit OFFSET $skip`
    public var keys: StaticString

    public init(
      insert: StaticString, delete: StaticString, clear: StaticString, merge: StaticString, count: StaticString, keys: StaticString
    ) {
      self.insert = insert
      self.delete = delete
      self.clear = clear
      self.merge = merge
      self.count = count
      self.keys = keys
    }
  }

  /// What a query finds.
  public enum Matching: Sendable {
    /// Words, by `SearchQuery.init(_:filter:)`.
    case words
    /// Any part of a text just as it stands, by `SearchQuery.init(literal:filter:excluding:)`.
    case literal
  }

  /// Of what `SearchTokens` and `LiteralTokens` make of a text. An index of another version is built anew.
  static let version: Int64 = 1

  /// Names the index in `weft_search_indexes`.
  let name: String
  let statements: Statements
  let matching: Matching
  /// How many bytes of a document's texts, in UTF-8, are searched: what bounds the time that one document holds the writer.
  public let documentBytesMax: Int

  public init(name: String, statements: Statements, matching: Matching = .words, documentBytesMax: Int = 65_536) {
    self.name = name
    self.statements = statements
    self.matching = matching
    self.documentBytesMax = documentBytesMax
  }

  public func insert(_ document: SearchDocument, _ transaction: Transaction) {
    insert(document.key, document.tokens(for: matching, bytesMax: documentBytesMax), transaction)
  }

  /// Takes a document out.
  ///
  /// - Parameter document: Exactly as it was put in.
  public func remove(_ document: SearchDocument, _ transaction: Transaction) {
    remove(document.key, document.tokens(for: matching, bytesMax: documentBytesMax), transaction)
  }

  /// Puts what a document is now in the place of what it was. Costs nothing where nothing of it that is searched has changed.
  public func replace(_ old: SearchDocument, with new: SearchDocument, _ transaction: Transaction) {
    let (oldTokens, newTokens) = (
      old.tokens(for: matching, bytesMax: documentBytesMax), new.tokens(for: matching, bytesMax: documentBytesMax)
    )
    // Byte by byte, as FTS5 does: equal strings may be of other characters, such as the two forms of 類, U+F9D0 and U+985E.
    if old.key == new.key, oldTokens.utf8.elementsEqual(newTokens.utf8) { return }
    remove(old.key, oldTokens, transaction)
    insert(new.key, newTokens, transaction)
  }

  /// How many documents a query finds.
  public func count(_ query: SearchQuery, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(statements.count, ["match": .text(query.match)]) ?? 0
  }

  /// The keys of a page of them, the greatest first.
  public func keys(_ query: SearchQuery, skip: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [Int64] {
    try transaction.query(
      statements.keys, ["match": .text(query.match), "limit": .integer(limit), "skip": .integer(skip)]
    ) { try $0.integer(0) }
  }

  /// Does a part of the merging that writes leave to be done, a few milliseconds at a time: each commit leaves a segment of its own, and
  /// every query looks into all of them. Small ones are merged as they come; this is for the rest.
  ///
  /// - Returns: Whether there may be more to do.
  public func merge(_ transaction: Transaction) throws -> Bool {
    let before = transaction.totalChanges
    try transaction.execute(statements.merge, ["pages": .integer(Self.mergePages)])
    // As FTS5 documents it: less than two changes mean that there was nothing to do.
    return transaction.totalChanges - before >= 2
  }

  /// How many pages one `merge` writes, about 2 ms.
  private static let mergePages = 64

  private func insert(_ key: Int64, _ tokens: String, _ transaction: Transaction) {
    transaction.beforeCommit(bytes: tokens.utf8.count) { [statements] transaction in
      try transaction.execute(statements.insert, ["key": .integer(key), "tokens": .text(tokens)])
    }
  }

  private func remove(_ key: Int64, _ tokens: String, _ transaction: Transaction) {
    transaction.beforeCommit(bytes: tokens.utf8.count) { [statements] transaction in
      try transaction.execute(statements.delete, ["key": .integer(key), "tokens": .text(tokens)])
    }
  }
}
