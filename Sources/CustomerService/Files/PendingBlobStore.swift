import Storage

/// All SQL about objects of the blob store that belong to no file: one is being written, or its file is gone.
///
/// A row stands here before the first byte is written and until the file's row is committed, so whatever a crash leaves is known by
/// name. A lease in the future says that somebody is writing; 0 says that the object is to be deleted, and nothing brings it back.
enum PendingBlobStore {
  /// - Parameters:
  ///   - time: Now, microseconds since 1970.
  ///   - leaseUntil: Until when nobody else deletes the object.
  static func insert(_ key: String, at time: Int64, leaseUntil: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO csa_pending_blobs (key, created_at, lease_until) VALUES ($key, $created_at, $lease_until)",
      ["key": .text(key), "created_at": .integer(time), "lease_until": .integer(leaseUntil)])
  }

  /// - Returns: False if the object has been given up meanwhile.
  static func extend(_ key: String, leaseUntil: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "UPDATE csa_pending_blobs SET lease_until = $lease_until WHERE key = $key AND lease_until > 0",
      ["key": .text(key), "lease_until": .integer(leaseUntil)]) == 1
  }

  /// The object belongs to a file, whose row this transaction inserts.
  ///
  /// - Returns: False if the object has been given up meanwhile: it may be gone.
  static func settle(_ key: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM csa_pending_blobs WHERE key = $key AND lease_until > 0", ["key": .text(key)]) == 1
  }

  /// The object of a file whose row this transaction deletes.
  static func discard(_ key: String, at time: Int64, _ transaction: Transaction) throws {
    try insert(key, at: time, leaseUntil: 0, transaction)
  }

  /// The object is not wanted any more, by whoever was writing it.
  ///
  /// - Returns: False if it has become a file's after all.
  static func giveUp(_ key: String, at time: Int64, _ transaction: Transaction) throws -> Bool {
    if try transaction.execute("UPDATE csa_pending_blobs SET lease_until = 0 WHERE key = $key", ["key": .text(key)]) == 1 { return true }
    guard try !FileStore.hasObject(key, transaction) else { return false }
    // Housekeeping has deleted what was there then, and forgot it; what its writer ended after that is there now.
    try discard(key, at: time, transaction)
    return true
  }

  /// Gives up what nobody can be writing any more: whose lease ran out before `time`. From then on it cannot become a file's.
  static func giveUpAll(leasedUntil time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_pending_blobs SET lease_until = 0 WHERE lease_until > 0 AND lease_until < $time", ["time": .integer(time)])
  }

  /// What is to be deleted, at most 100, each only once: behind `after`, in the order of keys.
  static func givenUp(after: String, _ transaction: ReadTransaction) throws -> [String] {
    try transaction.query(
      "SELECT key FROM csa_pending_blobs WHERE lease_until = 0 AND key > $after ORDER BY key LIMIT 100", ["after": .text(after)]
    ) { row in try row.text(0) }
  }

  /// The objects are deleted.
  static func forget(_ keys: [String], _ transaction: Transaction) throws {
    for key in keys {
      try transaction.execute("DELETE FROM csa_pending_blobs WHERE key = $key AND lease_until = 0", ["key": .text(key)])
    }
  }
}
