import Storage

/// All SQL about files, except that of the objects in the blob store that belong to none (`PendingBlobStore`).
enum FileStore {
  static func insert(_ file: FileRecord, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_files
        (id, user_id, project_id, filename, file_size, content_type, tag, oss_key, sha256, created_at, updated_at)
      VALUES ($id, $user_id, $project_id, $filename, $file_size, $content_type, $tag, $oss_key, $sha256, $created_at, $updated_at)
      """,
      [
        "id": .text(file.id), "user_id": .text(file.userID), "project_id": .optionalText(file.projectID),
        "filename": .text(file.filename), "file_size": .integer(file.size), "content_type": .text(file.contentType),
        "tag": .optionalText(file.tag), "oss_key": .text(file.key), "sha256": .blob(file.sha256),
        "created_at": .integer(file.createdAt), "updated_at": .optionalInteger(file.updatedAt),
      ])
  }

  static func file(_ id: String, _ transaction: ReadTransaction) throws -> FileRecord? {
    try transaction.first("SELECT * FROM csa_files WHERE id = $id", ["id": .text(id)], record)
  }

  /// Whether an object of the blob store is a file's.
  static func hasObject(_ key: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.first("SELECT 1 FROM csa_files WHERE oss_key = $key", ["key": .text(key)]) { _ in true } ?? false
  }

  /// Those of `ids` that are uploads of that user, in the order of `ids`; others are left out, so a count tells whether all are.
  static func files(ids: [String], ownedBy userID: String, _ transaction: ReadTransaction) throws -> [FileRecord] {
    try ids.compactMap { id in
      guard let file = try file(id, transaction), file.projectID == nil, file.userID == userID else { return nil }
      return file
    }
  }

  /// Which files of a project.
  struct Selection: Sendable {
    var projectID: String
    /// Part of the name, without regard to the case of ASCII letters; nil or empty gives all.
    var filename: String?
    /// The whole tag; nil or empty gives all.
    var tag: String?
  }

  /// Newest first, of the same instant the greater id first, with the count of all that match.
  static func page(
    _ selection: Selection, _ page: Page, _ transaction: ReadTransaction
  ) throws -> (total: Int64, files: [FileRecord]) {
    let filter: SQLParameters = [
      "project_id": .text(selection.projectID), "filename": .text(selection.filename ?? ""), "tag": .text(selection.tag ?? ""),
    ]
    return (
      try transaction.integer(pageSQL.count, filter) ?? 0,
      try transaction.query(pageSQL.list, filter.of(page), record)
    )
  }

  /// With instr and no LIKE: what is asked for may hold % and _.
  static let pageSQL: (count: StaticString, list: StaticString) = (
    """
    SELECT count(*) FROM csa_files
    WHERE project_id = $project_id AND ($filename = '' OR instr(lower(filename), lower($filename)) > 0) AND ($tag = '' OR tag = $tag)
    """,
    """
    SELECT * FROM csa_files
    WHERE project_id = $project_id AND ($filename = '' OR instr(lower(filename), lower($filename)) > 0) AND ($tag = '' OR tag = $tag)
    ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
    """
  )

  /// Deletes a file. Its object goes when housekeeping comes, so that nothing is lost if this transaction is.
  static func delete(_ file: FileRecord, at time: Int64, _ transaction: Transaction) throws {
    try PendingBlobStore.discard(file.key, at: time, transaction)
    try transaction.execute("DELETE FROM csa_files WHERE id = $id", ["id": .text(file.id)])
  }

  /// The same with all files of a project, which is about to be deleted.
  static func deleteAll(ofProject projectID: String, at time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_pending_blobs (key, created_at, lease_until)
      SELECT oss_key, $time, 0 FROM csa_files WHERE project_id = $project_id
      """, ["project_id": .text(projectID), "time": .integer(time)])
    try transaction.execute("DELETE FROM csa_files WHERE project_id = $project_id", ["project_id": .text(projectID)])
  }

  private static func record(_ row: borrowing Row) throws -> FileRecord {
    FileRecord(
      id: try row.text("id"), userID: try row.text("user_id"), projectID: try row.optionalText("project_id"),
      filename: try row.text("filename"), size: try row.integer("file_size"), contentType: try row.text("content_type"),
      tag: try row.optionalText("tag"), key: try row.text("oss_key"), sha256: try row.blob("sha256"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"))
  }
}
