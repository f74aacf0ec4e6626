import Storage

/// All SQL about documents.
enum DocumentStore {
  /// A document that is not deleted.
  static func document(id: Int64, _ transaction: ReadTransaction) throws -> Document? {
    try transaction.first("SELECT * FROM cw_documents WHERE id = $id AND deleted_at IS NULL", ["id": .integer(id)], document)
  }

  /// The same with what belongs to others.
  static func listed(id: Int64, _ transaction: ReadTransaction) throws -> ListedDocument? { try listed([id], transaction).first }

  /// Documents that are not deleted, in the order of `ids`.
  static func listed(_ ids: [Int64], _ transaction: ReadTransaction) throws -> [ListedDocument] {
    if ids.isEmpty { return [] }
    return try transaction.query(listedByID, .ids(ids)) { row in
      ListedDocument(
        document: try document(row), projectName: try row.text("project_name"), generationsCount: try row.integer("generations_count"),
        exportsCount: try row.integer("exports_count"))
    }
  }

  static let listedByID: StaticString = """
    SELECT d.*, p.name AS project_name, 
      (SELECT count(*) FROM cw_generations AS g WHERE g.document_id = d.id) AS generations_count,
      (SELECT count(*) FROM cw_exports AS e WHERE e.document_id = d.id) AS exports_count
    FROM json_each($ids) AS page
    JOIN cw_documents d ON d.id = page.value
    JOIN cw_projects p ON p.id = d.project_id
    WHERE d.deleted_at IS NULL
    ORDER BY page.key
    """

  /// When the newest document was made, deleted or not: no later one is older, so that ids are in the order of time.
  static func latestCreation(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT created_at FROM cw_documents ORDER BY id DESC LIMIT 1") ?? 0
  }

  /// - Returns: Its id.
  static func insert(_ document: Document, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_documents (
        user_id, project_id, title, format, status, metadata, revision, versions_count, in_search, created_at, updated_at)
      VALUES (
        $user_id, $project_id, $title, $format, $status, $metadata, $revision, $versions_count, 1, $created_at, $updated_at)
      RETURNING id
      """,
      [
        "user_id": .integer(document.userID), "project_id": .integer(document.projectID), "title": .text(document.title),
        "format": .text(document.format), "status": .text(document.status), "metadata": .text(document.metadata),
        "revision": .integer(document.revision), "versions_count": .integer(document.versionsCount),
        "created_at": .integer(document.createdAt), "updated_at": .integer(document.updatedAt),
      ]) ?? 0
  }

  static func update(_ document: Document, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE cw_documents SET title = $title, format = $format, status = $status, metadata = $metadata, revision = $revision,
        versions_count = $versions_count, updated_at = $updated_at
      WHERE id = $id
      """,
      [
        "id": .integer(document.id), "title": .text(document.title), "format": .text(document.format), "status": .text(document.status),
        "metadata": .text(document.metadata), "revision": .integer(document.revision),
        "versions_count": .integer(document.versionsCount), "updated_at": .integer(document.updatedAt),
      ])
  }

  /// Deletes a document that has left the search index.
  static func delete(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_documents SET deleted_at = $now, revision = revision + 1, in_search = 0 WHERE id = $id",
      ["id": .integer(id), "now": .integer(now)])
  }

  /// Deletes a project's documents. Searches do not find them from now on; housekeeping takes them out of the index.
  static func deleteAll(ofProject id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_documents SET deleted_at = $now, revision = revision + 1 WHERE project_id = $id AND deleted_at IS NULL",
      ["id": .integer(id), "now": .integer(now)])
  }

  static func document(_ row: borrowing Row) throws -> Document {
    Document(
      id: try row.integer("id"), userID: try row.integer("user_id"), projectID: try row.integer("project_id"),
      title: try row.text("title"), format: try row.text("format"), status: try row.text("status"), metadata: try row.text("metadata"),
      revision: try row.integer("revision"), versionsCount: try row.integer("versions_count"), createdAt: try row.integer("created_at"),
      updatedAt: try row.integer("updated_at"))
  }
}
