import Glibc
import Storage
import Testing

@Suite struct DataDirectoryLockTests {
  @Test func aSecondClaimIsRefusedUntilTheFirstEnds() async throws {
    try await TestDatabase.withDirectory { directory in
      do {
        let lock = try DataDirectoryLock.acquire(directory: directory)
        #expect(throws: StorageError.inUse(path: directory)) { try DataDirectoryLock.acquire(directory: directory) }
        withExtendedLifetime(lock) {}
      }
      _ = try DataDirectoryLock.acquire(directory: directory)
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsNamed() {
    #expect(throws: StorageError.cannotOpen(path: "/nonexistent/data", reason: "No such file or directory")) {
      try DataDirectoryLock.acquire(directory: "/nonexistent/data")
    }
  }

  @Test func theDatabaseFileIsForItsOwnerAlone() async throws {
    try await TestDatabase.withDirectory { directory in
      let database = try Database.open(path: directory + "/test.db")
      try await database.write { try $0.execute("CREATE TABLE a (x INTEGER) STRICT") }
      for file in ["test.db", "test.db-wal", "test.db-shm"] {
        var status = stat()
        #expect(stat(directory + "/" + file, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600, "\(file)")
      }
      await database.close()
    }
  }

  @Test func aFileThatIsNoDatabaseIsRefused() async throws {
    try await TestDatabase.withDirectory { directory in
      let path = directory + "/test.db"
      let file = open(path, O_WRONLY | O_CREAT, 0o600)
      let text = [UInt8](repeating: 65, count: 8192)
      #expect(write(file, text, text.count) == text.count)
      close(file)
      #expect(throws: StorageError.self) { try Database.open(path: path) }
    }
  }
}
