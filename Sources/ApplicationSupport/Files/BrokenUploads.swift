package import Blobs
package import Platform
package import Storage

/// Deletes objects of the blob store that belong to nothing: of uploads that a crash broke off, and of what is deleted.
package struct BrokenUploads: Sendable {
  private let lines: any PendingBlobLines.Type
  private let database: Database
  private let time: any TimeSource
  private let unwanted: UnwantedBlobs

  /// - Parameter directory: Where `BackupLock` is; nil where no backup is made.
  package init(
    lines: any PendingBlobLines.Type, database: Database, blobs: any BlobStore, time: any TimeSource, directory: String?
  ) {
    self.lines = lines
    self.database = database
    self.time = time
    unwanted = UnwantedBlobs(lines: lines, database: database, blobs: blobs, directory: directory)
  }

  /// To be called once at the start, before the first upload: what was being written then, nobody writes any more.
  package func start() async throws {
    try await database.write { [lines] in try lines.giveUpAll(leasedUntil: .max, $0) }
  }

  /// To be called once a minute: a bounded number each time.
  package func delete() async throws {
    let now = time.wallMicroseconds
    try await database.write { [lines] in try lines.giveUpAll(leasedUntil: now, $0) }
    try await unwanted.delete()
  }
}
