package import Blobs
import Logging
import Platform
package import Storage

/// One file on its way from a client into the blob store; used by the one call it comes with.
package final class IncomingBlob {
  package let key: BlobKey

  private let receiver: BlobReceiver
  private let headBytes: Int
  private let decide: @Sendable ([UInt8]) async throws -> String
  private let latest: MonotonicInstant
  private var size: Int64 = 0
  /// What has come, as long as it is too little to decide on.
  private var head: [UInt8] = []
  private var contentType = ""
  private var writer: (any BlobWriter)?
  /// A row stands for the object.
  private var isPending = false
  private var leaseUntil: Int64 = 0

  init(_ receiver: BlobReceiver, _ key: BlobKey, headBytes: Int, decide: @escaping @Sendable ([UInt8]) async throws -> String) {
    self.receiver = receiver
    self.key = key
    self.headBytes = headBytes
    self.decide = decide
    latest = receiver.time.monotonic + BlobReceiver.durationMax
  }

  /// Takes the next bytes; suspends while the store is behind.
  package func append(_ bytes: [UInt8]) async throws {
    size += Int64(bytes.count)
    guard size <= receiver.bytesMax else { throw receiver.refusals.tooLarge }
    guard receiver.time.monotonic < latest else { throw receiver.refusals.tooSlow }
    guard let writer else {
      head.append(contentsOf: bytes)
      if head.count >= headBytes { try await start() }
      return
    }
    try await extendLease()
    try await answering { try await writer.write(bytes) }
  }

  /// Ends the file, which is durable when this returns, and puts it into the database.
  ///
  /// - Parameter body: Inserts the row that names the object, of which size and SHA-256 and then the content type are given; its error
  ///   undoes all.
  package func finish<Value: Sendable>(
    _ body: @escaping @Sendable (BlobSummary, String, Transaction) throws -> Value
  ) async throws -> Value {
    // Ending it may take minutes in a bucket, in which nobody else may delete it.
    if writer == nil { try await start() } else { try await extendLease() }
    guard let writer else { preconditionFailure("a file that has begun has a writer") }
    let summary = try await answering { try await writer.finish() }
    return try await answering { [receiver, key, contentType] in
      try await receiver.database.write { transaction in
        guard try receiver.lines.settle(key.text, transaction) else { throw receiver.refusals.tooSlow }
        return try body(summary, contentType, transaction)
      }
    }
  }

  /// Leaves nothing of the file, unless it has become one. What cannot be done now housekeeping does later.
  package func abort() async {
    head = []
    await writer?.cancel()
    guard isPending else { return }
    do {
      // Not if it is a file's: the transaction of `finish` may have been durable although its caller could not be told.
      let (key, lines, now) = (key, receiver.lines, receiver.time.wallMicroseconds)
      guard try await receiver.database.write({ try lines.giveUp(key.text, at: now, $0) }) else { return }
      try await receiver.blobs.delete(key)
      try await receiver.database.write { try lines.forget([key.text], $0) }
    } catch {
      Logger(label: "weft").warning(
        "what an upload left is deleted later", metadata: ["key": "\(key)", "error": "\(error)"])
    }
  }

  /// Decides on the type and begins to write.
  private func start() async throws {
    contentType = try await decide(head)
    let now = receiver.time.wallMicroseconds
    leaseUntil = now + BlobReceiver.lease
    try await answering { [receiver, key, leaseUntil] in
      try await receiver.database.write { try receiver.lines.insert(key.text, at: now, leaseUntil: leaseUntil, $0) }
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
    guard leaseUntil - now < BlobReceiver.lease / 2 else { return }
    leaseUntil = now + BlobReceiver.lease
    let isOurs = try await answering { [receiver, key, leaseUntil] in
      try await receiver.database.write { try receiver.lines.extend(key.text, leaseUntil: leaseUntil, $0) }
    }
    guard isOurs else { throw receiver.refusals.tooSlow }
  }
}
