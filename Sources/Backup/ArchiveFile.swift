internal import Glibc

/// The file that becomes a backup: written as `FILE.part`, synced, and only then given its name.
final class ArchiveFile {
  let descriptor: Int32
  private let path: String
  private let replaces: Bool
  private var isDone = false

  private var partPath: String { path + ".part" }
  /// Where the copy of the database stands while it is made.
  var databasePath: String { path + ".db-part" }

  private init(path: String, replaces: Bool, descriptor: Int32) {
    self.path = path
    self.replaces = replaces
    self.descriptor = descriptor
    unlink(databasePath)
  }

  /// Takes over what a killed backup of the same name left.
  ///
  /// - Parameter replaces: Whether a file of that name may be there.
  /// - Throws: `BackupError.exists`, `.busy`, `.file`.
  static func make(_ path: String, replaces: Bool) throws(BackupError) -> ArchiveFile {
    var status = stat()
    if stat(path, &status) == 0 {
      guard replaces else { throw .exists(path: path) }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, reason: "is no plain file") }
    }
    let part = path + ".part"
    var descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    let isNew = descriptor >= 0
    if !isNew, errno == EEXIST { descriptor = open(part, O_RDWR | O_CLOEXEC | O_NOFOLLOW) }
    guard descriptor >= 0 else { throw .file(path: part, reason: String(cString: strerror(errno))) }
    // Whoever made a file can read it, whatever its mode, and an archive is a secret.
    guard fstat(descriptor, &status) == 0, isNew || status.st_uid == geteuid() && status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .file(path: part, reason: "belongs to another user, or is no plain file")
    }
    var named = stat()
    // Another backup may have given the file its name between our open and our lock.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, stat(part, &named) == 0,
      status.st_ino == named.st_ino, fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0
    else {
      close(descriptor)
      throw .busy(path: part)
    }
    return ArchiveFile(path: path, replaces: replaces, descriptor: descriptor)
  }

  deinit {
    if !isDone {
      unlink(databasePath)
      unlink(partPath)
    }
    close(descriptor)
  }

  /// Makes the file durable and gives it its name.
  func commit() throws(BackupError) {
    guard fsync(descriptor) == 0 else { throw .file(path: partPath, reason: String(cString: strerror(errno))) }
    if !replaces, link(partPath, path) == 0 {
      unlink(partPath)
    } else {
      // Not every file system has links.
      if !replaces, errno == EEXIST || access(path, F_OK) == 0 { throw .exists(path: path) }
      guard rename(partPath, path) == 0 else { throw .file(path: path, reason: String(cString: strerror(errno))) }
    }
    isDone = true
    FileNames.sync(FileNames.parent(of: path))
  }
}
