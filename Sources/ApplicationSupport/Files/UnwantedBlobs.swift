package import Blobs
import Logging
package import Storage

/// The table in which an application names objects of the blob store that are to be deleted.
package protocol UnwantedBlobLines: SendableMetatype {
  /// What is to be deleted, at most 100, each only once: behind `after`, in the order of keys.
  static func givenUp(after: String, _ transaction: ReadTransaction) throws -> [String]
  /// The objects are deleted.
  static func forget(_ keys: [String], _ transaction: Transaction) throws
}

/// Deletes objects of the blob store that belong to nothing any more.
package struct UnwantedBlobs: Sendable {
  private let lines: any UnwantedBlobLines.Type
  private let database: Database
  private let blobs: any BlobStore
  /// Where `BackupLock` is; nil where no backup is made.
  private let directory: String?

  private static let logger = Logger(label: "weft")
  /// How many hundreds of objects one turn deletes at most.
  private static let roundsMax = 100

  package init(lines: any UnwantedBlobLines.Type, database: Database, blobs: any BlobStore, directory: String?) {
    self.lines = lines
    self.database = database
    self.blobs = blobs
    self.directory = directory
  }

  /// To be called once a minute: a bounded number each time.
  package func delete() async throws {
    var last = ""
    for _ in 0..<Self.roundsMax {
      let keys = try await database.read { [lines, last] in try lines.givenUp(after: last, $0) }
      guard let end = keys.last else { return }
      last = end
      guard let deleted = try await delete(keys) else { return }
      try await database.write { [lines] in try lines.forget(deleted, $0) }
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
