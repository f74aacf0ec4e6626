import ApplicationSupport
import Storage

/// One file on its way from a client into the blob store and the database; used by the one call it comes with.
final class IncomingFile {
  let name: FileName
  private let blob: IncomingBlob

  init(name: FileName, blob: IncomingBlob) {
    self.name = name
    self.blob = blob
  }

  /// Takes the next bytes; suspends while the store is behind.
  func append(_ bytes: [UInt8]) async throws { try await blob.append(bytes) }

  /// Ends the file, which is durable when this returns, and puts it into the database.
  ///
  /// - Parameters:
  ///   - record: Made of what is known only now: the size, the SHA-256 and the content type.
  ///   - body: What else the transaction does that the file's row is inserted in; its error undoes all.
  func finish(
    _ record: FileRecord, _ body: @escaping @Sendable (FileRecord, Transaction) throws -> Void = { _, _ in }
  ) async throws -> FileRecord {
    try await blob.finish { [name, key = blob.key] summary, contentType, transaction in
      var record = record
      record.filename = name.text
      record.key = key.text
      record.size = summary.size
      record.sha256 = summary.sha256
      record.contentType = contentType
      // First, because what it refuses has a name that a broken foreign key has not.
      try body(record, transaction)
      try FileStore.insert(record, transaction)
      return record
    }
  }

  /// Leaves nothing of the file, unless it has become one. What cannot be done now housekeeping does later.
  func abort() async { await blob.abort() }
}
