import Identity
import Storage

/// All SQL about the keys that sign ID tokens.
enum SigningKeyStore {
  /// Those that are published: first the ones that sign, then the younger ones.
  static func published(now: Int64, _ transaction: ReadTransaction) throws -> [SigningKeyRecord] {
    try transaction.query(
      """
      SELECT * FROM csa_signing_keys WHERE retires_at IS NULL OR retires_at > $now
      ORDER BY retires_at IS NOT NULL, algorithm DESC, created_at DESC, id
      """, ["now": .integer(now)]
    ) { row in
      let algorithm = try row.text("algorithm")
      guard let known = SigningAlgorithm(rawValue: algorithm) else {
        throw StorageError.column(name: "algorithm", expected: "a known algorithm", found: algorithm)
      }
      return SigningKeyRecord(
        id: try row.text("id"), algorithm: known, privateKey: try row.blob("private_key"), createdAt: try row.integer("created_at"),
        retiresAt: try row.optionalInteger("retires_at"))
    }
  }

  static func insert(_ key: SigningKeyRecord, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_signing_keys (id, algorithm, private_key, created_at, retires_at)
      VALUES ($id, $algorithm, $private_key, $created_at, $retires_at)
      """,
      [
        "id": .text(key.id), "algorithm": .text(key.algorithm.rawValue), "private_key": .blob(key.privateKey),
        "created_at": .integer(key.createdAt), "retires_at": .optionalInteger(key.retiresAt),
      ])
  }

  /// Has the key that signs with `algorithm` sign no more.
  static func retire(_ algorithm: SigningAlgorithm, at retiresAt: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_signing_keys SET retires_at = $retires_at WHERE algorithm = $algorithm AND retires_at IS NULL",
      ["algorithm": .text(algorithm.rawValue), "retires_at": .integer(retiresAt)])
  }

  /// Forgets keys that are published no longer.
  static func forgetRetired(now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_signing_keys WHERE retires_at <= $now", ["now": .integer(now)])
  }
}
