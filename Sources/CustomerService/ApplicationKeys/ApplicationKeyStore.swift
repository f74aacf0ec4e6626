import Storage

/// All SQL about application keys.
enum ApplicationKeyStore {
  static func key(of userID: String, _ transaction: ReadTransaction) throws -> ApplicationKeyRecord? {
    try transaction.first("SELECT * FROM csa_application_keys WHERE user_id = $user_id", ["user_id": .text(userID)], record)
  }

  /// Every key that may be used, as far as keys decide that.
  static func active(_ transaction: ReadTransaction) throws -> [ApplicationKeyRecord] {
    try transaction.query("SELECT * FROM csa_application_keys WHERE is_active = 1", [:], record)
  }

  /// - Throws: `StorageError.constraint(.unique, …)` if the user has one already.
  static func insert(_ record: ApplicationKeyRecord, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_application_keys (id, user_id, digest, ending, is_active, created_at)
      VALUES ($id, $user_id, $digest, $ending, $is_active, $created_at)
      """,
      [
        "id": .text(record.id), "user_id": .text(record.userID), "digest": .blob(record.digest), "ending": .text(record.ending),
        "is_active": .bool(record.isActive), "created_at": .integer(record.createdAt),
      ])
  }

  static func update(_ record: ApplicationKeyRecord, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_application_keys SET digest = $digest, ending = $ending, is_active = $is_active, last_used_at = $last_used_at,
        updated_at = $updated_at
      WHERE id = $id
      """,
      [
        "id": .text(record.id), "digest": .blob(record.digest), "ending": .text(record.ending), "is_active": .bool(record.isActive),
        "last_used_at": .optionalInteger(record.lastUsedAt), "updated_at": .optionalInteger(record.updatedAt),
      ])
  }

  /// Notes when a key was last used. One that was rotated meanwhile is not found by its old hash, and that is right.
  static func recordUse(of digest: [UInt8], at time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_application_keys SET last_used_at = max(coalesce(last_used_at, $at), $at) WHERE digest = $digest",
      ["at": .integer(time), "digest": .blob(digest)])
  }

  private static func record(_ row: borrowing Row) throws -> ApplicationKeyRecord {
    ApplicationKeyRecord(
      id: try row.text("id"), userID: try row.text("user_id"), digest: try row.blob("digest"), ending: try row.text("ending"),
      isActive: try row.bool("is_active"), lastUsedAt: try row.optionalInteger("last_used_at"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"))
  }
}
