public import Storage

/// What a backup knows of an application.
public struct BackedUpApplication: Sendable {
  /// Its schema.
  public var migrator: Migrator
  /// Where its tables name files of the blob store.
  public var blobs: [BlobStatement]

  public init(migrator: Migrator, blobs: [BlobStatement] = []) {
    self.migrator = migrator
    self.blobs = blobs
  }

  /// - Throws: `BackupError.newerSchema`.
  func check(_ versions: [String: Int]) throws(BackupError) {
    let found = versions[migrator.application] ?? 0
    if found > migrator.latest { throw .newerSchema(application: migrator.application, found: found, known: migrator.latest) }
  }
}

/// A SELECT of files of the blob store that rows of a table name: key, bytes, SHA-256 (a blob of 32 bytes), content type.
public struct BlobStatement: Sendable {
  /// The migration that made what it reads: older databases are backed up too, before an upgrade.
  public var since: Int
  public var sql: StaticString

  public init(since: Int, sql: StaticString) {
    self.since = since
    self.sql = sql
  }
}
