internal import Glibc

/// The claim of one process on a data directory, held as long as this object lives.
///
/// It is a lock of the kernel on `DIR/weft.lock`, so a crash leaves nothing behind that would have to be removed.
public final class DataDirectoryLock: Sendable {
  private let file: Int32

  private init(file: Int32) { self.file = file }

  /// Claims a directory, making it (mode 0700) if it is not there; its parent must be.
  ///
  /// - Throws: `StorageError.inUse` if another process has it, `.cannotOpen` if it cannot be made or written.
  public static func acquire(directory: String) throws(StorageError) -> DataDirectoryLock {
    if mkdir(directory, 0o700) != 0, errno != EEXIST { throw cannotOpen(directory) }
    let path = directory + "/weft.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw cannotOpen(path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let error = isHeld ? StorageError.inUse(path: directory) : cannotOpen(path)
      close(file)
      throw error
    }
    return DataDirectoryLock(file: file)
  }

  /// Says that a worker is there, beside the server or alone; any number may be.
  ///
  /// - Throws: `StorageError.inUse` while somebody has the directory without workers, `.cannotOpen` if it is not there.
  public static func acquireForWorker(directory: String) throws(StorageError) -> DataDirectoryLock {
    try acquireWorkers(directory: directory, LOCK_SH)
  }

  /// Sees that no worker is there and none comes: for what changes the database as a whole.
  ///
  /// - Throws: `StorageError.inUse` if there is one.
  public static func acquireWithoutWorkers(directory: String) throws(StorageError) -> DataDirectoryLock {
    try acquireWorkers(directory: directory, LOCK_EX)
  }

  private static func acquireWorkers(directory: String, _ kind: Int32) throws(StorageError) -> DataDirectoryLock {
    let path = directory + "/worker.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw cannotOpen(path) }
    guard flock(file, kind | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let error = isHeld ? StorageError.inUse(path: directory) : cannotOpen(path)
      close(file)
      throw error
    }
    return DataDirectoryLock(file: file)
  }

  deinit { close(file) }

  private static func cannotOpen(_ path: String) -> StorageError {
    .cannotOpen(path: path, reason: String(cString: strerror(errno)))
  }
}
