import Storage

/// All SQL about versions of documents.
enum VersionStore {
  /// What a document says.
  static func content(of document: Document, _ transaction: ReadTransaction) throws -> String {
    try content(number: document.versionsCount, of: document.id, transaction) ?? ""
  }

  /// What a version says; nil if there is none of that number.
  static func content(number: Int64, of documentID: Int64, _ transaction: ReadTransaction) throws -> String? {
    try transaction.first(
      "SELECT content FROM cw_document_versions WHERE document_id = $document_id AND version_number = $number",
      ["document_id": .integer(documentID), "number": .integer(number)]
    ) { row in try row.text(0) }
  }

  /// How long a version is, without reading it; nil if there is none of that number.
  static func contentBytes(number: Int64, of documentID: Int64, _ transaction: ReadTransaction) throws -> Int64? {
    try transaction.integer(
      "SELECT content_bytes FROM cw_document_versions WHERE document_id = $document_id AND version_number = $number",
      ["document_id": .integer(documentID), "number": .integer(number)])
  }

  static func listed(number: Int64, of documentID: Int64, _ transaction: ReadTransaction) throws -> ListedVersion? {
    try transaction.first(
      """
      SELECT v.*, coalesce(nullif(u.full_name, ''), u.username) AS author_name
      FROM cw_document_versions v JOIN cw_users u ON u.id = v.created_by
      WHERE v.document_id = $document_id AND v.version_number = $number
      """, ["document_id": .integer(documentID), "number": .integer(number)], listed)
  }

  /// When a document's latest version was made: no later one is older.
  static func latestCreation(of document: Document, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(
      "SELECT created_at FROM cw_document_versions WHERE document_id = $document_id AND version_number = $number",
      ["document_id": .integer(document.id), "number": .integer(document.versionsCount)]) ?? 0
  }

  /// - Returns: Its id.
  static func insert(_ version: DocumentVersion, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_document_versions (document_id, version_number, content, content_bytes, changes_summary, created_by, created_at)
      VALUES ($document_id, $number, $content, $content_bytes, $changes_summary, $created_by, $created_at)
      RETURNING id
      """,
      [
        "document_id": .integer(version.documentID), "number": .integer(version.number), "content": .text(version.content),
        "content_bytes": .integer(version.content.utf8.count), "changes_summary": .text(version.changesSummary),
        "created_by": .integer(version.authorID), "created_at": .integer(version.createdAt),
      ]) ?? 0
  }

  /// A version without what it says.
  struct Record: Sendable {
    var number: Int64
    var createdAt: Int64
    var authorName: String
    /// A JSON object.
    var changesSummary: String
  }

  /// The versions of some numbers, in order.
  static func records(of documentID: Int64, from first: Int64, to last: Int64, _ transaction: ReadTransaction) throws -> [Record] {
    try transaction.query(
      """
      SELECT v.version_number, v.created_at, coalesce(nullif(u.full_name, ''), u.username), v.changes_summary
      FROM cw_document_versions v JOIN cw_users u ON u.id = v.created_by
      WHERE v.document_id = $document_id AND v.version_number BETWEEN $first AND $last
      ORDER BY v.version_number
      """, ["document_id": .integer(documentID), "first": .integer(first), "last": .integer(last)]
    ) { row in
      Record(number: try row.integer(0), createdAt: try row.integer(1), authorName: try row.text(2), changesSummary: try row.text(3))
    }
  }

  // MARK: Lists

  /// How many versions a list has, how long those of its page are together, and their ids. Versions are as old as their numbers say, so
  /// that one index serves both columns that a list can be sorted by.
  static func page(
    _ query: ListQuery, of documentID: Int64, _ transaction: ReadTransaction
  ) throws -> (total: Int64, ids: [Int64], contentBytes: Int64) {
    let parameters = (["document_id": .integer(documentID)] as SQLParameters).within(query.window)
    let total = try transaction.integer(count, parameters) ?? 0
    guard query.page.skip < total else { return (total, [], 0) }
    var bytes: Int64 = 0
    let ids = try transaction.query(query.sort.isAscending ? oldestFirst : newestFirst, parameters.of(query.page)) { row in
      bytes += try row.integer(1)
      return try row.integer(0)
    }
    return (total, ids, bytes)
  }

  static func listed(_ ids: [Int64], _ transaction: ReadTransaction) throws -> [ListedVersion] {
    ids.isEmpty ? [] : try transaction.query(listedByID, .ids(ids), listed)
  }

  static let count: StaticString = """
    SELECT count(*) FROM cw_document_versions
    WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
    """

  static let oldestFirst: StaticString = """
    SELECT id, content_bytes FROM cw_document_versions
    WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
    ORDER BY version_number LIMIT $limit OFFSET $skip
    """

  static let newestFirst: StaticString = """
    SELECT id, content_bytes FROM cw_document_versions
    WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
    ORDER BY version_number DESC LIMIT $limit OFFSET $skip
    """

  static let listedByID: StaticString = """
    SELECT v.*, coalesce(nullif(u.full_name, ''), u.username) AS author_name
    FROM json_each($ids) AS page
    JOIN cw_document_versions v ON v.id = page.value
    JOIN cw_users u ON u.id = v.created_by
    ORDER BY page.key
    """

  private static func listed(_ row: borrowing Row) throws -> ListedVersion {
    ListedVersion(
      version: DocumentVersion(
        id: try row.integer("id"), documentID: try row.integer("document_id"), number: try row.integer("version_number"),
        content: try row.text("content"), changesSummary: try row.text("changes_summary"), authorID: try row.integer("created_by"),
        createdAt: try row.integer("created_at")), authorName: try row.text("author_name"))
  }
}
