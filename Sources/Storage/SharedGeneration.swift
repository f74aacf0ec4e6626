internal import Glibc
internal import Synchronization

/// A number that all processes on one data directory share, and each may raise: what it costs to look whether another one has
/// changed something is one load from memory.
///
/// It lives in a small file that every process maps. It says only that something changed; what, is in the database. Its value
/// means nothing across a removal of the file, so nobody may rely on it alone.
public final class SharedGeneration: @unchecked Sendable {  // the pointers are set once; behind them is an atomic
  /// Only the first eight bytes are used; a page is what the kernel maps anyway.
  private static let bytes = 4096

  private let mapping: UnsafeMutableRawPointer
  private let cell: UnsafeMutablePointer<Atomic<Int64>>

  /// Maps a file, making it (mode 0600) if it is not there.
  ///
  /// - Throws: `StorageError.cannotOpen`.
  public convenience init(path: String) throws(StorageError) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.cannotOpen(path) }
    defer { close(file) }
    var status = stat()
    // Never made shorter: a page that vanishes under another process's mapping would kill it.
    guard fstat(file, &status) == 0, status.st_size >= Self.bytes || ftruncate(file, off_t(Self.bytes)) == 0,
      let mapping = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), mapping != MAP_FAILED
    else { throw Self.cannotOpen(path) }
    self.init(mapping)
  }

  /// A generation that no other process sees.
  public convenience init() {
    guard let mapping = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), mapping != MAP_FAILED else {
      preconditionFailure("no memory for a page")
    }
    self.init(mapping)
  }

  private init(_ mapping: UnsafeMutableRawPointer) {
    self.mapping = mapping
    // An atomic integer is its bytes, and every eight bytes are one; a fresh page is zero.
    cell = mapping.bindMemory(to: Atomic<Int64>.self, capacity: 1)
  }

  deinit { munmap(mapping, Self.bytes) }

  /// What it is now.
  public var value: Int64 { cell.pointee.load(ordering: .acquiring) }

  /// Raises it by one.
  ///
  /// - Returns: What it was before.
  @discardableResult
  public func raise() -> Int64 { cell.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue }

  private static func cannotOpen(_ path: String) -> StorageError {
    .cannotOpen(path: path, reason: String(cString: strerror(errno)))
  }
}
