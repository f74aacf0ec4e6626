internal import Glibc
internal import Platform

/// Objects as files below one directory, mode 0600; a file that is not whole is called `.NAME.part`.
///
/// Everything that touches the disk runs on threads of its own, behind a bounded queue.
public final class DirectoryBlobStore: BlobStore {
  /// Each transfer waits for one of these at a time.
  private static let threads = 6
  private static let transfersMax = 4096

  private let tree: DirectoryTree
  private let pool: WorkerPool<Void>

  /// Opens the directory and makes it if its parent is there. Blocks: for the start of a process.
  ///
  /// - Throws: `.failed` with the path and the reason.
  public init(directory: String) throws(BlobError) {
    tree = try DirectoryTree(directory)
    pool = WorkerPool(options: .init(name: "blobs", threads: Self.threads, queueMax: Self.transfersMax), makeContext: { _ in })
  }

  public func create(_ key: BlobKey, contentType: String) async throws(BlobError) -> any BlobWriter {
    let file = try await run { [tree] () throws(BlobError) in
      guard let place = try tree.place(key, creating: true) else { throw .notFound }
      return try PartFile(place)
    }
    return DirectoryBlobWriter(file, pool: pool)
  }

  public func open(_ key: BlobKey, range: Range<Int64>?) async throws(BlobError) -> any BlobReader {
    let (file, size) = try await run { [tree] () throws(BlobError) in
      guard let place = try tree.place(key, creating: false) else { throw .notFound }
      return try Self.open(place)
    }
    let whole = 0..<size
    let reader = DirectoryBlobReader(file, size: size, range: range?.clamped(to: whole) ?? whole, pool: pool)
    reader.readAhead()
    return reader
  }

  public func size(_ key: BlobKey) async throws(BlobError) -> Int64? {
    try await run { [tree] () throws(BlobError) in
      guard let place = try tree.place(key, creating: false) else { return nil }
      var status = stat()
      guard fstatat(place.directory.number, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        if errno == ENOENT { return nil }
        throw DirectoryTree.error("cannot look at a file")
      }
      return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }
  }

  public func delete(_ key: BlobKey) async throws(BlobError) {
    try await run { [tree] () throws(BlobError) in
      guard let place = try tree.place(key, creating: false) else { return }
      // In this order: what a writer still names meanwhile is found under its name, and what it does not it cannot name any more.
      for name in [place.partName, place.name] where unlinkat(place.directory.number, name, 0) != 0 && errno != ENOENT {
        throw DirectoryTree.error("cannot delete a file")
      }
      // Whoever forgets the key next may rely on the file being gone.
      guard fsync(place.directory.number) == 0 else { throw DirectoryTree.error("cannot sync a directory") }
    }
  }

  /// Nil: this server serves the object.
  public func downloadURL(
    _ key: BlobKey, contentType: String, contentDisposition: String, lifetime: Duration
  ) throws(BlobError) -> String? { nil }

  public func close() async { await pool.close() }

  private static func open(_ place: DirectoryTree.Place) throws(BlobError) -> (DirectoryTree.Descriptor, Int64) {
    // Not blocking: opening a pipe that somebody put there would otherwise hang a thread.
    let number = openat(place.directory.number, place.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw DirectoryTree.error("cannot open a file") }
    let file = DirectoryTree.Descriptor(number)
    var status = stat()
    guard fstat(number, &status) == 0 else { throw DirectoryTree.error("cannot look at a file") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed("\(place.name) is no file") }
    posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL)
    return (file, Int64(status.st_size))
  }

  /// Does blocking work on one of the threads.
  private func run<Value: Sendable>(_ body: @escaping @Sendable () throws(BlobError) -> Value) async throws(BlobError) -> Value {
    let result: Result<Value, BlobError>
    do {
      result = try await pool.run { _ in
        do throws(BlobError) { return .success(try body()) } catch { return .failure(error) }
      }
    } catch {
      throw BlobError(error)
    }
    return try result.get()
  }
}
