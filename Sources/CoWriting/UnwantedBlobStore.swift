import ApplicationSupport
import Storage

/// All SQL about objects of the blob store that belong to nothing: what they were of is gone, or not there yet.
enum UnwantedBlobStore: PendingBlobLines {
  static let statements = PendingBlobStatements(
    insert: """
      INSERT INTO cw_unwanted_blobs (key, created_at, lease_until) VALUES ($key, $created_at, $lease_until) ON CONFLICT DO NOTHING
      """,
    extend: "UPDATE cw_unwanted_blobs SET lease_until = $lease_until WHERE key = $key AND lease_until > 0",
    settle: "DELETE FROM cw_unwanted_blobs WHERE key = $key AND lease_until > 0",
    giveUp: "UPDATE cw_unwanted_blobs SET lease_until = 0 WHERE key = $key",
    giveUpAll: "UPDATE cw_unwanted_blobs SET lease_until = 0 WHERE lease_until > 0 AND lease_until < $time",
    givenUp: "SELECT key FROM cw_unwanted_blobs WHERE lease_until = 0 AND key > $after ORDER BY key LIMIT 100",
    forget: "DELETE FROM cw_unwanted_blobs WHERE key = $key AND lease_until = 0")

  static func isOwned(_ key: String, _ transaction: ReadTransaction) throws -> Bool {
    try DocumentImageStore.hasObject(key, transaction) || ExportStore.hasObject(key, transaction)
  }
}
