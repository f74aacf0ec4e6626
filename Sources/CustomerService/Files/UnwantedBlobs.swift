import Blobs
import Logging
import Platform
import Storage

/// Deletes objects of the blob store that belong to no file: of uploads that a crash broke off, and of deleted files.
struct UnwantedBlobs: Sendable {
  let database: Database
  let blobs: any BlobStore
  let time: any TimeSource
  /// Where `BackupLock` is; nil where no backup is made.
  let directory: String?

  private static let logger = Logger(label: "weft")

  /// To be called once at the start, before the first upload: what was being written then, nobody writes any more.
  func start() async throws {
    try await database.write { try PendingBlobStore.giveUpAll(leasedUntil: .max, $0) }
  }

  /// To be called once a minute: a bounded number each time.
  func delete() async throws {
    let now = time.wallMicroseconds
    try await database.write { try PendingBlobStore.giveUpAll(leasedUntil: now, $0) }
    var last = ""
    for _ in 0..<Housekeeping.roundsMax {
      let keys = try await database.read { [last] in try PendingBlobStore.givenUp(after: last, $0) }
      guard let end = keys.last else { return }
      last = end
      guard let deleted = try await delete(keys) else { return }
      try await database.write { try PendingBlobStore.forget(deleted, $0) }
    }
  }

  /// - Returns: Those that are gone now; nil while a backup may still be copying them, or the store is out of order.
  private func delete(_ keys: [String]) async throws -> [String]? {
    var lock: BackupLock?
    if let directory {
      lock = try BackupLock.exclusiveForDeletion(directory: directory)
      if lock == nil { return nil }
    }
    defer { withExtendedLifetime(lock) {} }
    var deleted: [String] = []
    for text in keys {
      do throws(BlobError) {
        if let key = BlobKey(text) { try await blobs.delete(key) }
        deleted.append(text)
      } catch {
        // The next minute tries again; one object that cannot be deleted does not keep the others.
        Self.logger.error("an unwanted file cannot be deleted from the blob store", metadata: ["key": "\(text)", "error": "\(error)"])
      }
    }
    return deleted
  }
}
