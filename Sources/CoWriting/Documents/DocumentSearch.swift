import Storage

/// All SQL about the search index of documents, and what of a document is in it: title and contents, under its id, with its owner and its
/// project as filters.
enum DocumentSearch {
  /// A document is searched in its first 256 KiB: about 87,000 Chinese characters.
  static let index = SearchIndex(
    name: "cw_document_search",
    statements: .init(
      insert: "INSERT INTO cw_document_search (rowid, tokens) VALUES ($key, $tokens)",
      delete: "INSERT INTO cw_document_search (cw_document_search, rowid, tokens) VALUES ('delete', $key, $tokens)",
      clear: "INSERT INTO cw_document_search (cw_document_search) VALUES ('delete-all')",
      merge: "INSERT INTO cw_document_search (cw_document_search, rank) VALUES ('merge', $pages)",
      count: "SELECT count(*) FROM cw_document_search WHERE cw_document_search MATCH $match",
      keys: """
        SELECT rowid FROM cw_document_search WHERE cw_document_search MATCH $match ORDER BY rowid DESC LIMIT $limit OFFSET $skip
        """),
    matching: .literal, documentBytesMax: 262_144)

  /// A document as it is found.
  static func entry(_ document: Document, content: String) -> SearchDocument {
    SearchDocument(
      key: document.id, texts: [document.title, content],
      filters: [owner(document.userID), project(document.projectID)])
  }

  /// What the index holds of a document, which may be an earlier state of it.
  ///
  /// - Parameter content: What the document says, where it has been read already.
  private static func heldEntry(
    _ document: Document, content: String? = nil, _ transaction: ReadTransaction
  ) throws -> SearchDocument {
    guard let held = try SearchBacklog.held(document.id, transaction) else {
      return entry(document, content: try content ?? VersionStore.content(of: document, transaction))
    }
    var document = document
    document.title = held.title
    return entry(document, content: try VersionStore.content(number: held.versionNumber, of: document.id, transaction) ?? "")
  }

  /// Sees to it that a document that has changed is found as it is now: the index learns of it later, or at once where there is no room to
  /// wait or the document is too long to be searched whole.
  static func change(
    _ old: Document, _ oldContent: String, to document: Document, _ content: String, at now: Int64, _ transaction: Transaction
  ) throws {
    if document.title.utf8.elementsEqual(old.title.utf8), content.utf8.elementsEqual(oldContent.utf8) { return }
    let bytes = document.title.utf8.count + content.utf8.count
    let held = SearchBacklog.Held(title: old.title, versionNumber: old.versionsCount)
    if bytes <= index.documentBytesMax, try SearchBacklog.note(document.id, holding: held, bytes: bytes, at: now, transaction) { return }
    index.replace(try heldEntry(old, content: oldContent, transaction), with: entry(document, content: content), transaction)
    try SearchBacklog.remove(document.id, transaction)
  }

  /// Takes a document out of the index.
  static func remove(_ document: Document, _ transaction: Transaction) throws {
    index.remove(try heldEntry(document, transaction), transaction)
    try SearchBacklog.remove(document.id, transaction)
  }

  /// Has the index learn what has waited long enough, some milliseconds' worth.
  ///
  /// - Returns: Whether there may be more.
  static func catchUp(_ database: Database, at now: Int64) async throws -> Bool {
    guard try await database.read({ try !SearchBacklog.due(at: now, bytesMax: 1, $0).isEmpty }) else { return false }
    return try await database.write { transaction in
      let due = try SearchBacklog.due(at: now, bytesMax: learnedBytesMax, transaction)
      for id in due {
        if let document = try DocumentStore.document(id: id, transaction) {
          let content = try VersionStore.content(of: document, transaction)
          index.replace(try heldEntry(document, transaction), with: entry(document, content: content), transaction)
          try SearchBacklog.remove(id, transaction)
        }
      }
      return !due.isEmpty
    }
  }

  private static let learnedBytesMax: Int64 = 65_536

  /// What FTS5 is asked for a keyword, and what else must be looked at.
  struct Question: Equatable {
    var match: String
    /// Documents that have the keyword and that the index is behind with: what it says of those does not count.
    var fresh: [Int64]
    /// Some of what it finds is deleted.
    var findsDeleted: Bool
    /// Some of what it finds may not have the keyword.
    var findsOthers: Bool
  }

  /// - Parameter keyword: Folded by `ListKeyword`.
  /// - Returns: Nil if the keyword finds nothing.
  static func question(
    _ keyword: String, owners: ListOwners, projectID: Int64?, _ transaction: ReadTransaction
  ) throws -> Question? {
    var filter = owners.one.map(owner)
    if let projectID {
      // Its documents have one owner, whose name they bear too: the narrower word is enough.
      guard try ProjectStore.project(projectID, of: owners, transaction) != nil else { return nil }
      filter = project(projectID)
    }
    let leaving = try transaction.query(leavingProjects, ([:] as SQLParameters).ownedBy(owners)) { project(try $0.integer(0)) }
    let areTooMany = leaving.count > excludedMax
    let query = SearchQuery(literal: keyword, filter: filter, excluding: areTooMany ? [] : leaving)
    guard let query else { return nil }
    let fresh = try SearchBacklog.having(keyword, owners: owners, projectID: projectID, transaction)
    return Question(match: query.match, fresh: fresh, findsDeleted: areTooMany, findsOthers: !query.isExact)
  }

  /// Projects that are named in a question; if more have been deleted lately, rows are looked at.
  private static let excludedMax = 100

  /// Projects that are deleted and whose documents are still in the index.
  static let leavingProjects: StaticString = """
    SELECT DISTINCT project_id FROM cw_documents INDEXED BY cw_documents_leaving_search
    WHERE in_search = 1 AND deleted_at IS NOT NULL AND user_id BETWEEN $first_owner AND $last_owner
    """

  /// Takes documents that were deleted with their project out of the index, so many that it takes some milliseconds.
  ///
  /// - Returns: How many.
  static func removeDeleted(_ transaction: Transaction) throws -> Int {
    var bytes = 0
    let leaving = try transaction.query(
      """
      SELECT * FROM cw_documents INDEXED BY cw_documents_leaving_search WHERE in_search = 1 AND deleted_at IS NOT NULL LIMIT $limit
      """, ["limit": .integer(Int64(removedMax))], DocumentStore.document)
    var count = 0
    for document in leaving where bytes < removedBytesMax {
      let held = try heldEntry(document, transaction)
      bytes += held.texts.reduce(0) { $0 + $1.utf8.count }
      index.remove(held, transaction)
      try SearchBacklog.remove(document.id, transaction)
      try transaction.execute("UPDATE cw_documents SET in_search = 0 WHERE id = $id", ["id": .integer(document.id)])
      count += 1
    }
    return count
  }

  private static let removedMax = 16
  private static let removedBytesMax = 65_536

  /// Puts the documents of a database that is older than the index into it.
  static func build(_ database: Database, telling tell: @Sendable (String) -> Void) async throws {
    try await index.build(
      database, from: entries, every: 10_000, progress: { tell("\($0) documents are in the search index") })
  }

  /// Documents that the index is to have, in the order of their ids: `limit`, or fewer if they are long. Those that it is behind with are to
  /// be in it as the backlog says they are.
  @Sendable private static func entries(after id: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [SearchDocument] {
    var entries: [SearchDocument] = []
    var bytes = 0
    try transaction.rows(
      """
      SELECT d.*, v.content, b.title AS held_title FROM cw_documents d
      LEFT JOIN cw_search_backlog b ON b.document_id = d.id
      JOIN cw_document_versions v ON v.document_id = d.id AND v.version_number = coalesce(b.version_number, d.versions_count)
      WHERE d.id > $id AND d.in_search = 1 ORDER BY d.id LIMIT $limit
      """, ["id": .integer(id), "limit": .integer(limit)]
    ) { row in
      let content = try row.text("content")
      var document = try DocumentStore.document(row)
      document.title = try row.optionalText("held_title") ?? document.title
      entries.append(entry(document, content: content))
      bytes += content.utf8.count
      return bytes < builtBytesMax
    }
    return entries
  }

  /// Of contents in one transaction.
  private static let builtBytesMax = 4_194_304

  private static func owner(_ id: Int64) -> String { "u\(id)" }
  private static func project(_ id: Int64) -> String { "p\(id)" }
}
