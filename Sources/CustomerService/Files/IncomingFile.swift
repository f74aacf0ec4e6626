import Blobs
import Logging
import Platform
import Storage

/// One file on its way from a client into the blob store; used by the one call it comes with.
final class IncomingFile {
  let name: FileName
  let key: BlobKey

  private let receiver: FileReceiver
  private let type: FileReceiver.TypeSource
  private let latest: MonotonicInstant
  private var size: Int64 = 0
  /// What has come, as long as it is too little to decide on.
  private var head: [UInt8] = []
  private var contentType = ""
  private var writer: (any BlobWriter)?
  /// A row of `csa_pending_blobs` stands for the object.
  private var isPending = false
  private var leaseUntil: Int64 = 0

  init(receiver: FileReceiver, name: FileName, key: BlobKey, type: FileReceiver.TypeSource) {
    self.receiver = receiver
    self.name = name
    self.key = key
    self.type = type
    latest = receiver.time.monotonic + FileReceiver.durationMax
  }

  /// Takes the next bytes; suspends while the store is behind.
  func append(_ bytes: [UInt8]) async throws {
    size += Int64(bytes.count)
    guard size <= FileRecord.sizeMax else { throw CustomerServiceError.fileTooLarge }
    guard receiver.time.monotonic < latest else { throw CustomerServiceError.uploadTooSlow }
    guard let writer else {
      head.append(contentsOf: bytes)
      if head.count >= FileTypes.headBytes { try await start() }
      return
    }
    try await extendLease()
    try await answering { try await writer.write(bytes) }
  }

  /// Ends the file, which is durable when this returns, and puts it into the database.
  ///
  /// - Parameters:
  ///   - record: Made of what is known only now: the size, the SHA-256 and the content type.
  ///   - body: What else the transaction does that the file's row is inserted in; its error undoes all.
  func finish(
    _ record: FileRecord, _ body: @escaping @Sendable (FileRecord, Transaction) throws -> Void = { _, _ in }
  ) async throws -> FileRecord {
    // Ending it may take minutes in a bucket, in which nobody else may delete it.
    if writer == nil { try await start() } else { try await extendLease() }
    guard let writer else { preconditionFailure("a file that has begun has a writer") }
    let summary = try await answering { try await writer.finish() }
    var record = record
    record.filename = name.text
    record.key = key.text
    record.size = summary.size
    record.sha256 = summary.sha256
    record.contentType = contentType
    return try await answering { [record, key] in
      try await receiver.database.write { transaction in
        guard try PendingBlobStore.settle(key.text, transaction) else { throw CustomerServiceError.uploadTooSlow }
        // First, because what it refuses has a name that a broken foreign key has not.
        try body(record, transaction)
        try FileStore.insert(record, transaction)
        return record
      }
    }
  }

  /// Leaves nothing of the file, unless it has become one. What cannot be done now housekeeping does later.
  func abort() async {
    head = []
    await writer?.cancel()
    guard isPending else { return }
    do {
      // Not if it is a file's: the transaction of `finish` may have been durable although its caller could not be told.
      let (key, now) = (key, receiver.time.wallMicroseconds)
      guard try await receiver.database.write({ try PendingBlobStore.giveUp(key.text, at: now, $0) }) else { return }
      try await receiver.blobs.delete(key)
      try await receiver.database.write { try PendingBlobStore.forget([key.text], $0) }
    } catch {
      Logger(label: "weft").warning(
        "what an upload left is deleted later", metadata: ["key": "\(key)", "error": "\(error)"])
    }
  }

  /// Decides on the type and begins to write.
  private func start() async throws {
    switch type {
    case .said(let said): contentType = said
    case .nameAndContents:
      let decided = try await answering { try await receiver.types.decide(name: name.text, head: head) }
      guard let decided else { throw CustomerServiceError.fileTypeUnsupported }
      contentType = decided.contentType
    }
    let now = receiver.time.wallMicroseconds
    leaseUntil = now + FileReceiver.lease
    try await answering { [key, leaseUntil] in
      try await receiver.database.write { try PendingBlobStore.insert(key.text, at: now, leaseUntil: leaseUntil, $0) }
    }
    isPending = true
    let decidedOn = head
    head = []
    try await answering {
      let writer = try await receiver.blobs.create(key, contentType: contentType)
      self.writer = writer
      if !decidedOn.isEmpty { try await writer.write(decidedOn) }
    }
  }

  private func extendLease() async throws {
    let now = receiver.time.wallMicroseconds
    guard leaseUntil - now < FileReceiver.lease / 2 else { return }
    leaseUntil = now + FileReceiver.lease
    let isOurs = try await answering { [key, leaseUntil] in
      try await receiver.database.write { try PendingBlobStore.extend(key.text, leaseUntil: leaseUntil, $0) }
    }
    guard isOurs else { throw CustomerServiceError.uploadTooSlow }
  }
}
