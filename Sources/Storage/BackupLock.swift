internal import Glibc

/// Keeps what a backup is still copying from being deleted: a lock of the kernel on `DIR/backup.lock`, so a crash leaves nothing behind.
///
/// A backup copies the database first and then the files that this copy names, which may be long after the running server stopped
/// needing some of them. So backups share the lock, and who deletes such a file has it alone.
public final class BackupLock: Sendable {
  private let file: Int32

  private init(file: Int32) { self.file = file }

  deinit { close(file) }

  /// For a backup: nothing is deleted as long as the object lives. Blocks until a deletion under way has ended.
  ///
  /// - Parameter isCancelled: Asked every 10 ms of waiting.
  /// - Throws: `StorageError.cannotOpen`; `.cancelled`.
  public static func sharedForBackup(
    directory: String, isCancelled: () -> Bool = { false }
  ) throws(StorageError) -> BackupLock {
    while true {
      if let lock = try acquire(directory: directory, LOCK_SH) { return lock }
      if isCancelled() { throw .cancelled }
      usleep(10_000)
    }
  }

  /// For whoever deletes files that rows of the database named until lately: to be held while a few are deleted, then let go, so that
  /// no backup waits for long. Does not wait.
  ///
  /// - Returns: Nil while a backup runs: try again in a minute.
  /// - Throws: `StorageError.cannotOpen`.
  public static func exclusiveForDeletion(directory: String) throws(StorageError) -> BackupLock? {
    try acquire(directory: directory, LOCK_EX)
  }

  private static func acquire(directory: String, _ kind: Int32) throws(StorageError) -> BackupLock? {
    let path = directory + "/backup.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    // Made by root for a backup, it must still be the server's to lock. Whoever may write in the directory could have put another file
    // there under this name: a symbolic link is not followed, and no file that has a second name is given away.
    var (owner, own) = (stat(), stat())
    if geteuid() == 0, stat(directory, &owner) == 0, fstat(file, &own) == 0, own.st_mode & S_IFMT == S_IFREG, own.st_nlink == 1 {
      fchown(file, owner.st_uid, owner.st_gid)
    }
    if flock(file, kind | LOCK_NB) == 0 { return BackupLock(file: file) }
    let reason = errno
    close(file)
    guard reason == EWOULDBLOCK || reason == EINTR else { throw .cannotOpen(path: path, reason: String(cString: strerror(reason))) }
    return nil
  }
}
