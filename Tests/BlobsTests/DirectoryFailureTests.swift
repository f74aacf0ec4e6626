import Blobs
import Foundation
import Glibc
import Testing

/// A full disk, and a process that dies in the middle.
@Suite struct DirectoryFailureTests {
  static let key = BlobKey("uploads/a")!

  /// A file system of 1 MiB, which only root can have.
  static func withSmallDisk(_ body: (String) async throws -> Void) async throws {
    try await TestDirectory.with { path in
      try #require(mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0)
      defer { umount2(path, Int32(MNT_DETACH)) }
      try await body(path)
    }
  }

  /// Whether this process may mount: in a container root often may not.
  static let canMount: Bool = {
    let path = "\(FileManager.default.temporaryDirectory.path())/weft-mount-\(getpid())"
    guard mkdir(path, 0o700) == 0 else { return false }
    defer { rmdir(path) }
    guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else { return false }
    umount2(path, Int32(MNT_DETACH))
    return true
  }()

  @Test(.enabled(if: canMount)) func aFullDiskIsSaidAndLeavesNothing() async throws {
    try await Self.withSmallDisk { path in
      let store = try DirectoryBlobStore(directory: path)
      let writer = try await store.create(Self.key, contentType: "text/plain")
      await #expect(throws: BlobError.noSpace) {
        for _ in 0..<20 { try await writer.write(sampleBytes(100_000)) }
        _ = try await writer.finish()
      }
      #expect(TestDirectory.files(path).isEmpty)
      await writer.cancel()
      // What did not fit is gone: there is room again.
      _ = try await store.put(Self.key, sampleBytes(500_000))
      await store.close()
    }
  }

  @Test func aProcessThatDiesLeavesNoObjectAndWhatItLeftCanBeDeleted() async throws {
    try await TestDirectory.with { path in
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let store = try DirectoryBlobStore(directory: path)
        let whole = try #require(BlobKey("uploads/whole"))
        _ = try await store.put(whole, sampleBytes(1_000_000))
        let writer = try await store.create(Self.key, contentType: "text/plain")
        try await writer.write(sampleBytes(3_000_000))
        kill(getpid(), SIGKILL)
      }
      #expect(TestDirectory.files(path) == ["uploads/.a.part", "uploads/whole"])
      let store = try DirectoryBlobStore(directory: path)
      let size = try await store.size(Self.key)
      let kept = try await store.get(#require(BlobKey("uploads/whole")))
      #expect(size == nil && kept == sampleBytes(1_000_000))
      try await store.delete(Self.key)
      #expect(TestDirectory.files(path) == ["uploads/whole"])
      _ = try await store.put(Self.key, [1])
      await store.close()
    }
  }
}
