import ApplicationSupport
import Blobs
import Glibc
import Platform
import Storage
import Testing

@testable import CustomerService

struct BrokenUploadsTests {
  private func rows(_ database: Database) async throws -> [String] {
    try await database.read { try $0.query("SELECT key FROM csa_pending_blobs ORDER BY key") { row in try row.text(0) } }
  }

  private func put(_ keys: [String], into blobs: MemoryBlobs) throws {
    for key in keys {
      let key = try #require(BlobKey(key))
      blobs.state.withLock { $0.objects[key] = [1] }
    }
  }

  @Test func deletesWhatACrashLeftOnceTheServerStartsAgain() async throws {
    try await TestDatabase.with { test in
      let blobs = MemoryBlobs()
      let time = ManualTime()
      let sweep = BrokenUploads(lines: PendingBlobStore.self, database: test.database, blobs: blobs, time: time, directory: nil)
      try put(["a", "b", "kept"], into: blobs)
      try await test.database.write { transaction in
        for key in ["a", "b", "never-begun"] {
          try PendingBlobStore.insert(key, at: 1, leaseUntil: time.wallMicroseconds + 1_000_000, transaction)
        }
      }
      try await sweep.delete()
      #expect(blobs.keys == ["a", "b", "kept"])
      try await sweep.start()
      try await sweep.delete()
      #expect(blobs.keys == ["kept"])
      let left = try await rows(test.database)
      #expect(left.isEmpty)
    }
  }

  @Test func deletesWhatDeletedFilesLeft() async throws {
    try await TestDatabase.with { test in
      let blobs = MemoryBlobs()
      let sweep = BrokenUploads(lines: PendingBlobStore.self, database: test.database, blobs: blobs, time: ManualTime(), directory: nil)
      let files = (0..<250).map { FileRecord.sample("f\($0)") }
      try put(files.map(\.key), into: blobs)
      try await test.database.write { transaction in
        try UserStore.insert(.sample(), transaction)
        for file in files { try FileStore.insert(file, transaction) }
        for file in files.dropLast() { try FileStore.delete(file, at: 2, transaction) }
      }
      try await sweep.delete()
      #expect(blobs.keys == [files[249].key])
      let left = try await rows(test.database)
      #expect(left.isEmpty)
    }
  }

  @Test func whatCannotBeDeletedIsTriedAgain() async throws {
    try await TestDatabase.with { test in
      let blobs = MemoryBlobs()
      let sweep = BrokenUploads(lines: PendingBlobStore.self, database: test.database, blobs: blobs, time: ManualTime(), directory: nil)
      try put(["a"], into: blobs)
      try await test.database.write { try PendingBlobStore.discard("a", at: 1, $0) }
      blobs.state.withLock { $0.failsToDelete = true }
      try await sweep.delete()
      let waiting = try await rows(test.database)
      #expect(waiting == ["a"] && blobs.keys == ["a"])
      blobs.state.withLock { $0.failsToDelete = false }
      try await sweep.delete()
      let left = try await rows(test.database)
      #expect(left.isEmpty && blobs.keys.isEmpty)
    }
  }

  @Test func waitsForABackup() async throws {
    try await TestDatabase.with { test in
      let directory = String(test.path.dropLast("/weft.db".count))
      let blobs = MemoryBlobs()
      let sweep = BrokenUploads(
        lines: PendingBlobStore.self, database: test.database, blobs: blobs, time: ManualTime(), directory: directory)
      try put(["a"], into: blobs)
      try await test.database.write { try PendingBlobStore.discard("a", at: 1, $0) }
      do {
        let backup = try BackupLock.sharedForBackup(directory: directory)
        try await sweep.delete()
        withExtendedLifetime(backup) {}
      }
      #expect(blobs.keys == ["a"])
      try await sweep.delete()
      #expect(blobs.keys.isEmpty)
    }
  }
}
