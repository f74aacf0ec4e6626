/// Where the contents of files lie: a directory or a bucket.
///
/// Nothing here blocks the caller's thread, and what a transfer holds in memory is bounded (docs/architecture.md).
public protocol BlobStore: Sendable {
  /// Begins to write an object, which is there for readers once `finish` has returned. Never overwrites an existing one.
  ///
  /// - Throws: `.alreadyExists`, here or from `finish`; what a broken-off write of that key left must be deleted first.
  func create(_ key: BlobKey, contentType: String) async throws(BlobError) -> any BlobWriter

  /// - Parameter range: The bytes wanted, from 0; nil for all. What lies beyond the object's end is left out.
  /// - Throws: `.notFound`.
  func open(_ key: BlobKey, range: Range<Int64>?) async throws(BlobError) -> any BlobReader

  /// Bytes; nil if there is no such object.
  func size(_ key: BlobKey) async throws(BlobError) -> Int64?

  /// Deletes the object, and what an interrupted write left under its key. An absent one is fine.
  func delete(_ key: BlobKey) async throws(BlobError)

  /// A URL at which a client fetches the object itself without passing this server; nil where this server serves it.
  ///
  /// - Parameter contentDisposition: The value of that header (RFC 6266) in the answer, likewise `contentType`.
  func downloadURL(_ key: BlobKey, contentType: String, contentDisposition: String, lifetime: Duration) throws(BlobError) -> String?

  /// Takes nothing more, ends what is under way and its threads.
  func close() async
}

/// An object on its way into the store. One caller at a time; one that is dropped without an end leaves nothing either.
public protocol BlobWriter: AnyObject, Sendable {
  /// Takes bytes of any number; suspends while more than a bounded amount is unwritten. After an error there is only `cancel`.
  func write(_ bytes: [UInt8]) async throws(BlobError)

  /// Ends the object, which is durable when this returns.
  ///
  /// - Throws: Whatever went wrong with any byte before; nothing is left then.
  func finish() async throws(BlobError) -> BlobSummary

  /// Leaves nothing. After `finish`, and a second time, it does nothing.
  func cancel() async
}

/// What was written.
public struct BlobSummary: Sendable, Equatable {
  /// Bytes.
  public var size: Int64
  /// 32 bytes.
  public var sha256: [UInt8]

  public init(size: Int64, sha256: [UInt8]) {
    self.size = size
    self.sha256 = sha256
  }
}

/// An object on its way out. One caller at a time.
public protocol BlobReader: AnyObject, Sendable {
  /// Bytes of the whole object, whatever the range.
  var size: Int64 { get }

  /// The next piece, at most 256 KiB and never empty; nil at the end. The one after it is being read meanwhile.
  func next() async throws(BlobError) -> [UInt8]?

  /// Lets go of the object; `next` throws `.cancelled` from then on. Dropping the reader does the same.
  func cancel()
}
