import ApplicationSupport
import Storage

/// All SQL about exports.
enum ExportStore {
  /// - Parameter owners: Anybody else's is not there.
  static func export(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> NamedExport? {
    try transaction.first(
      """
      SELECT e.*, coalesce(nullif(u.full_name, ''), u.username) AS user_name FROM cw_exports AS e JOIN cw_users AS u ON u.id = e.user_id
      WHERE e.id = $id AND +e.user_id BETWEEN $first_owner AND $last_owner
      """, (["id": .integer(id)] as SQLParameters).ownedBy(owners), named)
  }

  /// - Returns: Its id.
  static func insert(_ export: Export, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_exports (user_id, document_id, title, version_number, format, options, status, progress, created_at)
      VALUES ($user_id, $document_id, $title, $version_number, $format, $options, $status, 0, $created_at)
      RETURNING id
      """,
      [
        "user_id": .integer(export.userID), "document_id": .integer(export.documentID), "title": .text(export.title),
        "version_number": .integer(export.versionNumber), "format": .text(export.format), "options": .text(export.options),
        "status": .text(export.status.rawValue), "created_at": .integer(export.createdAt),
      ]) ?? 0
  }

  /// Names the object that is about to be written; the one that an attempt before has named is unwanted from now on.
  ///
  /// - Returns: False if the export has ended.
  static func begin(_ id: Int64, writing key: String, at now: Int64, _ transaction: Transaction) throws -> Bool {
    try discardWritten(id, at: now, transaction)
    return try transaction.execute(
      "UPDATE cw_exports SET written_key = $key, progress = 0 WHERE id = $id AND status = 'processing'",
      ["id": .integer(id), "key": .text(key)]) == 1
  }

  static func setProgress(_ id: Int64, _ thousandths: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_exports SET progress = $progress WHERE id = $id AND status = 'processing'",
      ["id": .integer(id), "progress": .integer(thousandths)])
  }

  /// The object that was being written is the export's.
  ///
  /// - Parameter file: Its size in bytes and its SHA-256.
  /// - Returns: False if the export has ended before, or another object is being written.
  static func complete(
    _ id: Int64, key: String, name: String, file: (size: Int64, sha256: [UInt8]), at now: Int64, _ transaction: Transaction
  ) throws -> Bool {
    try transaction.execute(
      """
      UPDATE cw_exports SET status = 'completed', progress = 1000, written_key = NULL, file_key = $key, file_name = $name,
        file_size = $size, sha256 = $sha256, completed_at = $now
      WHERE id = $id AND status = 'processing' AND written_key = $key
      """,
      [
        "id": .integer(id), "key": .text(key), "name": .text(name), "size": .integer(file.size), "sha256": .blob(file.sha256),
        "now": .integer(now),
      ]) == 1
  }

  /// - Parameter error: Nil if it was cancelled.
  /// - Returns: False if it has ended before.
  static func end(_ id: Int64, error: String?, at now: Int64, _ transaction: Transaction) throws -> Bool {
    try discardWritten(id, at: now, transaction)
    return try transaction.execute(
      """
      UPDATE cw_exports SET status = $status, error_message = $error, completed_at = $now WHERE id = $id AND status = 'processing'
      """,
      [
        "id": .integer(id), "status": .text((error == nil ? JobStatus.cancelled : .failed).rawValue), "error": .optionalText(error),
        "now": .integer(now),
      ]) == 1
  }

  /// Whether an object is an export's file.
  static func hasObject(_ key: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.first("SELECT 1 FROM cw_exports WHERE file_key = $key", ["key": .text(key)]) { _ in true } ?? false
  }

  private static func discardWritten(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    let written = try transaction.first(
      "SELECT written_key FROM cw_exports WHERE id = $id AND status = 'processing'", ["id": .integer(id)]
    ) { try $0.optionalText(0) }
    guard let key = written ?? nil else { return }
    try UnwantedBlobStore.discard(key, at: now, transaction)
    try transaction.execute("UPDATE cw_exports SET written_key = NULL WHERE id = $id", ["id": .integer(id)])
  }

  static func named(_ row: borrowing Row) throws -> NamedExport {
    NamedExport(export: try export(row), userName: try row.text("user_name"))
  }

  private static func export(_ row: borrowing Row) throws -> Export {
    Export(
      id: try row.integer("id"), userID: try row.integer("user_id"), documentID: try row.integer("document_id"),
      title: try row.text("title"), versionNumber: try row.integer("version_number"), format: try row.text("format"),
      options: try row.text("options"), status: JobStatus(rawValue: try row.text("status")) ?? .failed,
      progress: try row.integer("progress"), fileKey: try row.optionalText("file_key"), fileName: try row.optionalText("file_name"),
      fileSize: try row.optionalInteger("file_size"), sha256: try row.optionalBlob("sha256"),
      errorMessage: try row.optionalText("error_message"), createdAt: try row.integer("created_at"),
      completedAt: try row.optionalInteger("completed_at"))
  }
}
