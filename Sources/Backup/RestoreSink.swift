internal import Blobs
internal import Storage

/// Unpacks members into a directory, and uploaded files into the blob store. The database comes first; from then on each file must be
/// one that it names, as it names it.
final class RestoreSink: MemberSink {
  private let directory: String
  private let applications: [BackedUpApplication]
  private let blobs: LazyBlobStore
  private var file: MemberFile?
  private var writer: (any BlobWriter)?
  private var named: NamedBlobs?
  private var blob: NamedBlob?
  /// Files that the database names and the archive has not, so far; and those that are others than it says.
  private(set) var missing: [String] = []
  private(set) var damaged: [String] = []

  /// - Parameter blobs: The store that the server will use.
  init(directory: String, applications: [BackedUpApplication], blobs: LazyBlobStore) {
    self.directory = directory
    self.applications = applications
    self.blobs = blobs
  }

  func begin(_ member: ArchiveMember, size: Int64) async throws {
    switch member {
    case .secret(let name): file = try MemberFile(path: directory + "/" + name)
    case .blob(let key): try await begin(try BlobKey.checked(key), size: size)
    default: file = try MemberFile(path: directory + "/weft.db")
    }
  }

  func write(_ bytes: ArraySlice<UInt8>) async throws {
    try file?.write(bytes)
    guard let writer else { return }
    do throws(BlobError) { try await writer.write(Array(bytes)) } catch { throw await failure(error) }
  }

  func end(sha256: [UInt8]) async throws {
    try file?.finish()
    file = nil
    guard let blob else { return }
    if sha256 != blob.sha256 { damaged.append(blob.key) }
    if try await !isWritten(), try await blobs.store.sha256(of: try BlobKey.checked(blob.key)) != sha256 {
      throw BackupError.file(path: blob.key, reason: "the blob store has another file of that name")
    }
    writer = nil
    self.blob = nil
  }

  /// After the last member: what the database names further is missing.
  func finish() async throws {
    while let blob = try next() { missing.append(blob.key) }
    await blobs.close()
  }

  /// After a failure.
  func cancel() async {
    await writer?.cancel()
    await blobs.close()
  }

  private func begin(_ key: BlobKey, size: Int64) async throws {
    var next = try next()
    while let blob = next, Array(blob.key.utf8).lexicographicallyPrecedes(Array(key.text.utf8)) {
      missing.append(blob.key)
      next = try self.next()
    }
    guard let next, next.key == key.text else { throw BackupError.damaged("its database does not name the file \(key.text)") }
    guard next.size == size else { throw BackupError.damaged("the file \(key.text) has \(size) bytes, its database says \(next.size)") }
    blob = next
    let store = try await blobs.store
    do throws(BlobError) {
      writer = try await store.create(key, contentType: next.contentType)
    } catch {
      guard case .alreadyExists = error else { throw await failure(error) }
    }
  }

  /// Ends the object under way.
  ///
  /// - Returns: False if the store has one of that name already: a bucket that outlived its server, or took part in a restore before.
  ///   The same file is as good.
  private func isWritten() async throws -> Bool {
    guard let writer else { return false }
    do throws(BlobError) {
      _ = try await writer.finish()
      return true
    } catch {
      // Some stores say so only now.
      guard case .alreadyExists = error else { throw await failure(error) }
      return false
    }
  }

  private func next() throws -> NamedBlob? {
    if named == nil {
      let copy = try DatabaseCopy(path: directory + "/weft.db")
      named = try NamedBlobs(copy, applications: applications, schema: try copy.schemaVersions())
    }
    return try named?.next()
  }

  private func failure(_ error: BlobError) async -> BackupError {
    await writer?.cancel()
    writer = nil
    return .file(path: blob?.key ?? "blobs", reason: "\(error)")
  }
}
