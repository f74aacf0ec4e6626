import Glibc
import Storage
import Synchronization
import Testing

@Suite struct BackupLockTests {
  static func with(_ body: (String) throws -> Void) async throws {
    try await TestDatabase.withDirectory { directory in
      defer { unlink(directory + "/backup.lock") }
      try body(directory)
    }
  }

  @Test func backupsShareItAndDeletionComesBack() async throws {
    try await Self.with { directory in
      do {
        let first = try BackupLock.sharedForBackup(directory: directory)
        let second = try BackupLock.sharedForBackup(directory: directory)
        #expect(try BackupLock.exclusiveForDeletion(directory: directory) == nil)
        withExtendedLifetime((first, second)) {}
      }
      #expect(try BackupLock.exclusiveForDeletion(directory: directory) != nil)
    }
  }

  @Test func aBackupWaitsForADeletionAndCanBeCalledOff() async throws {
    try await Self.with { directory in
      var deletion = try BackupLock.exclusiveForDeletion(directory: directory)
      #expect(deletion != nil)
      #expect(throws: StorageError.cancelled) { try BackupLock.sharedForBackup(directory: directory, isCancelled: { true }) }
      var looks = 0
      let backup = try BackupLock.sharedForBackup(
        directory: directory,
        isCancelled: {
          looks += 1
          if looks == 3 { deletion = nil }
          return false
        })
      #expect(looks == 3)
      withExtendedLifetime((deletion, backup)) {}
    }
  }

  @Test func aDirectoryThatIsNotThereIsNamed() {
    #expect(throws: StorageError.cannotOpen(path: "/nonexistent/backup.lock", reason: "No such file or directory")) {
      try BackupLock.exclusiveForDeletion(directory: "/nonexistent")
    }
  }

  /// The backup may be root's, the directory is the server's.
  @Test func anotherFileUnderItsNameIsNotGivenAway() async throws {
    try await Self.with { directory in
      let (lock, other) = (directory + "/backup.lock", directory + "/other")
      close(open(other, O_WRONLY | O_CREAT, 0o600))
      defer { unlink(other) }
      #expect(symlink(other, lock) == 0)
      #expect(throws: StorageError.cannotOpen(path: lock, reason: "Too many levels of symbolic links")) {
        try BackupLock.exclusiveForDeletion(directory: directory)
      }
      unlink(lock)
      // What follows needs to be root.
      guard geteuid() == 0, chown(directory, 1, 1) == 0 else { return }
      #expect(link(other, lock) == 0)
      var taken = try BackupLock.exclusiveForDeletion(directory: directory)
      #expect(taken != nil)
      taken = nil
      var status = stat()
      #expect(stat(other, &status) == 0 && status.st_uid == 0)
      unlink(lock)
      taken = try BackupLock.exclusiveForDeletion(directory: directory)
      #expect(taken != nil)
      #expect(stat(lock, &status) == 0 && status.st_uid == 1)
    }
  }
}
