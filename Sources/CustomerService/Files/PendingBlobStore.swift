import ApplicationSupport
import Storage

/// All SQL about objects of the blob store that belong to no file: one is being written, or its file is gone.
enum PendingBlobStore: PendingBlobLines {
  static let statements = PendingBlobStatements(
    insert: "INSERT INTO csa_pending_blobs (key, created_at, lease_until) VALUES ($key, $created_at, $lease_until)",
    extend: "UPDATE csa_pending_blobs SET lease_until = $lease_until WHERE key = $key AND lease_until > 0",
    settle: "DELETE FROM csa_pending_blobs WHERE key = $key AND lease_until > 0",
    giveUp: "UPDATE csa_pending_blobs SET lease_until = 0 WHERE key = $key",
    giveUpAll: "UPDATE csa_pending_blobs SET lease_until = 0 WHERE lease_until > 0 AND lease_until < $time",
    givenUp: "SELECT key FROM csa_pending_blobs WHERE lease_until = 0 AND key > $after ORDER BY key LIMIT 100",
    forget: "DELETE FROM csa_pending_blobs WHERE key = $key AND lease_until = 0")

  static func isOwned(_ key: String, _ transaction: ReadTransaction) throws -> Bool { try FileStore.hasObject(key, transaction) }
}
