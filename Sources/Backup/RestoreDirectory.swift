internal import Glibc
internal import Storage

/// The directory that a backup is restored into: everything is unpacked aside and moved into place at the end, or not at all.
///
/// A directory that is not there yet comes about by one rename. One that is there and empty may be a mount point, which cannot be
/// renamed: then the names are moved into it one by one, the database last, while its lock keeps servers out.
final class RestoreDirectory {
  /// Where to unpack.
  let staging: String
  private let path: String
  private let isThere: Bool
  private let lock: DataDirectoryLock?
  private let claim: Int32
  private var isDone = false

  /// What may be in a directory that counts as empty: what file systems put there, and what a killed restore left.
  private static let ignored: Set = ["lost+found", "weft.lock", ".restore-part"]

  private init(path: String, staging: String, isThere: Bool, lock: DataDirectoryLock?, claim: Int32) {
    self.path = path
    self.staging = staging
    self.isThere = isThere
    self.lock = lock
    self.claim = claim
    // What a killed restore left.
    for name in FileNames.entries(of: staging) ?? [] { FileNames.removeTree(staging + "/" + name) }
  }

  /// - Throws: `BackupError.notEmpty`, `.busy`, `.file`.
  static func prepare(_ given: String) throws -> RestoreDirectory {
    var path = given[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return try prepare(directory: String(path))
  }

  private static func prepare(directory path: String) throws -> RestoreDirectory {
    guard let entries = FileNames.entries(of: path) else {
      guard errno == ENOENT else { throw BackupError.file(path: path, reason: String(cString: strerror(errno))) }
      let staging = path + ".part"
      return RestoreDirectory(path: path, staging: staging, isThere: false, lock: nil, claim: try claim(staging))
    }
    guard entries.allSatisfy({ ignored.contains($0) }) else { throw BackupError.notEmpty(path: path) }
    let lock: DataDirectoryLock
    do {
      lock = try DataDirectoryLock.acquire(directory: path)
    } catch {
      if case .inUse = error { throw BackupError.busy(path: path) }
      throw error
    }
    let staging = path + "/.restore-part"
    return RestoreDirectory(path: path, staging: staging, isThere: true, lock: lock, claim: try claim(staging))
  }

  /// Makes a directory ours, also one that a killed restore made: its contents will be removed, so it must hold nothing else.
  private static func claim(_ staging: String) throws(BackupError) -> Int32 {
    let isNew = mkdir(staging, 0o700) == 0
    if !isNew, errno != EEXIST { throw .file(path: staging, reason: String(cString: strerror(errno))) }
    let claim = open(staging, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard claim >= 0 else { throw .file(path: staging, reason: String(cString: strerror(errno))) }
    do throws(BackupError) {
      guard flock(claim, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: staging) }
      if !isNew { try checkLeftOver(staging, claim) }
    } catch {
      close(claim)
      throw error
    }
    return claim
  }

  /// Whether a directory that we found is what a restore of ours left: another user's could be read by that user, secrets and all.
  private static func checkLeftOver(_ staging: String, _ claim: Int32) throws(BackupError) {
    var status = stat()
    guard fstat(claim, &status) == 0, status.st_uid == geteuid(), fchmod(claim, 0o700) == 0 else {
      throw .file(path: staging, reason: "belongs to another user")
    }
    let ours = ArchiveMember.secretNames + ["blobs", "weft.db", "weft.db-journal", "weft.db-shm", "weft.db-wal"]
    if let other = FileNames.entries(of: staging)?.first(where: { !ours.contains($0) && !$0.hasPrefix(ScratchFile.namePrefix) }) {
      throw .file(path: staging + "/" + other, reason: "no restore left this there; move it away")
    }
  }

  deinit {
    if !isDone {
      FileNames.removeTree(staging)
      if isThere { unlink(path + "/weft.lock") }
    }
    close(claim)
  }

  /// Puts everything into its place, durably.
  func commit() throws(BackupError) {
    FileNames.sync(staging)
    if isThere {
      let names = (FileNames.entries(of: staging) ?? []).filter { $0 != "weft.db" } + ["weft.db"]
      for name in names { try move(staging + "/" + name, to: path + "/" + name) }
      rmdir(staging)
      FileNames.sync(path)
    } else {
      try move(staging, to: path)
      FileNames.sync(FileNames.parent(of: path))
    }
    isDone = true
  }

  private func move(_ source: String, to destination: String) throws(BackupError) {
    guard rename(source, destination) == 0 else {
      // Somebody has put something there meanwhile.
      if errno == EEXIST || errno == ENOTEMPTY { throw .notEmpty(path: path) }
      throw .file(path: destination, reason: String(cString: strerror(errno)))
    }
  }
}
