import Storage

/// All SQL about documents whose changes the search index has yet to learn.
///
/// A document that is being written is saved every few seconds. To take its characters out of the index and put them in again costs ten
/// times as much as the rest of a save, so the index learns once what has changed in ten seconds. Until then searches leave out what the
/// index says of these documents and look into their texts: answers are the same as if it had learned at once.
enum SearchBacklog {
  /// How long a change may wait, in microseconds.
  static let waitMax: Int64 = 10_000_000
  /// How many documents may wait, and how many bytes of texts: what every search has to look into. A change that has no room is learned at
  /// once.
  static let documentsMax: Int64 = 256
  static let bytesMax: Int64 = 2_097_152

  /// What the index holds of a document.
  struct Held: Equatable {
    var title: String
    var versionNumber: Int64
  }

  /// What the index holds of a document that it is behind with.
  static func held(_ id: Int64, _ transaction: ReadTransaction) throws -> Held? {
    try transaction.first(
      "SELECT title, version_number FROM cw_search_backlog WHERE document_id = $id", ["id": .integer(id)]
    ) { row in Held(title: try row.text(0), versionNumber: try row.integer(1)) }
  }

  /// Notes that a document has changed.
  ///
  /// - Parameters:
  ///   - held: What the index holds of it.
  ///   - bytes: How long its texts are now.
  /// - Returns: Whether there was room for it.
  static func note(_ id: Int64, holding held: Held, bytes: Int, at now: Int64, _ transaction: Transaction) throws -> Bool {
    let count = try transaction.execute(
      """
      INSERT INTO cw_search_backlog (document_id, title, version_number, bytes, since)
      SELECT $id, $title, $version_number, $bytes, $now
      FROM (SELECT count(*) AS documents, coalesce(sum(bytes), 0) AS all_bytes FROM cw_search_backlog WHERE document_id <> $id) AS others
      WHERE others.documents < $documents_max AND others.all_bytes + $bytes <= $bytes_max
      ON CONFLICT (document_id) DO UPDATE SET bytes = excluded.bytes
      """,
      [
        "id": .integer(id), "title": .text(held.title), "version_number": .integer(held.versionNumber), "bytes": .integer(bytes),
        "now": .integer(now), "documents_max": .integer(documentsMax), "bytes_max": .integer(bytesMax),
      ])
    return count > 0
  }

  /// Documents that have waited long enough, the longest first. Those that were deleted leave the index in their own way.
  ///
  /// - Parameter bytesMax: How long they may be together; one may be longer.
  static func due(at now: Int64, bytesMax: Int64, _ transaction: ReadTransaction) throws -> [Int64] {
    var bytes: Int64 = 0
    // What is noted of a time to come was noted before the clock was set.
    return try transaction.query(
      """
      SELECT b.document_id, b.bytes FROM cw_search_backlog b CROSS JOIN cw_documents d ON d.id = b.document_id
      WHERE (b.since <= $latest OR b.since > $now) AND d.deleted_at IS NULL ORDER BY b.since, b.document_id
      """, ["latest": .integer(now - waitMax), "now": .integer(now)]
    ) { row in (id: try row.integer(0), bytes: try row.integer(1)) }
    .prefix { row in
      defer { bytes += row.bytes }
      return bytes < bytesMax
    }.map(\.id)
  }

  static func remove(_ id: Int64, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM cw_search_backlog WHERE document_id = $id", ["id": .integer(id)])
  }

  /// Which of them have a keyword in their title or contents.
  ///
  /// - Parameters:
  ///   - keyword: Folded by `ListKeyword`.
  ///   - projectID: Nil for all projects.
  static func having(
    _ keyword: String, owners: ListOwners, projectID: Int64?, _ transaction: ReadTransaction
  ) throws -> [Int64] {
    let parameters: SQLParameters = ["keyword": .text(keyword), "project_id": .optionalInteger(projectID)]
    return try transaction.query(havingKeyword, parameters.ownedBy(owners)) { try $0.integer(0) }
  }

  static let havingKeyword: StaticString = """
    SELECT d.id FROM cw_search_backlog b
    CROSS JOIN cw_documents d ON d.id = b.document_id
    CROSS JOIN cw_document_versions v ON v.document_id = d.id AND v.version_number = d.versions_count
    WHERE d.deleted_at IS NULL AND d.user_id BETWEEN $first_owner AND $last_owner
      AND ($project_id IS NULL OR d.project_id = $project_id)
      AND (instr(lower(d.title), $keyword) > 0 OR instr(lower(v.content), $keyword) > 0)
    """
}
