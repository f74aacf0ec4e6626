import ApplicationSupport
import Blobs
import Identity
import Platform
import RPC
import Storage
import Testing

@testable import CustomerService

struct IncomingFileTests {
  private struct Fixture {
    let database: Database
    let blobs = MemoryBlobs()
    let time = ManualTime()
    let receiver: FileReceiver
    let key: BlobKey

    init(_ database: Database) async throws {
      self.database = database
      try await database.write { try UserStore.insert(.sample(), $0) }
      receiver = FileReceiver(database: database, blobs: blobs, types: try FileTypes(), time: time)
      key = try #require(BlobKey("uploads/2024/01/f1.pdf"))
    }

    func begin(_ name: String = "a.pdf", type: FileReceiver.TypeSource = .nameAndContents) throws -> IncomingFile {
      try receiver.begin(try FileName(name), key: key, type: type)
    }

    var pending: Int64? { get async throws { try await database.read { try $0.integer("SELECT count(*) FROM csa_pending_blobs") } } }
    var files: Int64? { get async throws { try await database.read { try $0.integer("SELECT count(*) FROM csa_files") } } }
  }

  private func with(_ body: (Fixture) async throws -> Void) async throws {
    try await TestDatabase.with { try await body(Fixture($0.database)) }
  }

  private static let pdf = Array("%PDF-1.4 documented".utf8)

  @Test func aFileIsWhatCameInPieces() async throws {
    try await with { fixture in
      let file = try fixture.begin("dir/文档.pdf")
      let bytes = Self.pdf + (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      for start in stride(from: 0, to: bytes.count, by: 777) {
        try await file.append(Array(bytes[start..<min(start + 777, bytes.count)]))
      }
      let isPendingMeanwhile = try await fixture.pending
      #expect(isPendingMeanwhile == 1)
      let record = try await file.finish(.sample("f1"))
      #expect(record.filename == "文档.pdf" && record.size == Int64(bytes.count) && record.contentType == "application/pdf")
      #expect(record.sha256 == SHA256.digest(bytes) && record.key == fixture.key.text)
      #expect(fixture.blobs.state.withLock { $0.objects[fixture.key] } == bytes)
      let stored = try await fixture.database.read { try FileStore.file("f1", $0) }
      #expect(stored == record)
      let pending = try await fixture.pending
      #expect(pending == 0)
    }
  }

  @Test func nothingIsWrittenBeforeTheTypeIsDecided() async throws {
    try await with { fixture in
      #expect(throws: CustomerServiceError.fileTypeUnsupported) { _ = try fixture.begin("a.exe") }
      let late = try fixture.begin("a.png")
      try await late.append(Self.pdf)
      await #expect(throws: CustomerServiceError.fileTypeUnsupported) {
        try await late.append(Array(repeating: 0, count: FileTypes.headBytes))
      }
      await late.abort()
      let liar = try fixture.begin("a.pdf")
      try await liar.append(Array("MZ this is a program".utf8))
      await #expect(throws: CustomerServiceError.fileTypeUnsupported) { _ = try await liar.finish(.sample("f1")) }
      await liar.abort()
      let left = (try await fixture.pending, try await fixture.files)
      #expect(left == (0, 0) && fixture.blobs.keys.isEmpty)
    }
  }

  @Test func administratorsAreBelievedAboutTheType() async throws {
    try await with { fixture in
      let file = try fixture.begin("a.xyz", type: .said("application/x-own"))
      try await file.append(Array("whatever".utf8))
      let record = try await file.finish(.sample("f1"))
      #expect(record.contentType == "application/x-own")
    }
  }

  @Test func oneByteTooManyIsRefusedAndLeavesNothing() async throws {
    try await with { fixture in
      let mebibyte = [UInt8](repeating: 1, count: 1 << 20)
      for isTooLarge in [true, false] {
        let file = try fixture.begin(type: .said("application/octet-stream"))
        for _ in 0..<100 { try await file.append(mebibyte) }
        if isTooLarge {
          await #expect(throws: CustomerServiceError.fileTooLarge) { try await file.append([1]) }
          await file.abort()
          let left = try await fixture.pending
          #expect(left == 0 && fixture.blobs.keys.isEmpty)
        } else {
          let record = try await file.finish(.sample("f1"))
          #expect(record.size == FileRecord.sizeMax)
        }
      }
    }
  }

  @Test func aFullDiskIsSaidAndLeavesNothing() async throws {
    try await with { fixture in
      fixture.blobs.state.withLock { $0.bytesMax = 100_000 }
      let file = try fixture.begin()
      try await file.append(Self.pdf + [UInt8](repeating: 0, count: 65_536))
      await #expect(throws: RPCError.storageFull) { try await file.append([UInt8](repeating: 0, count: 65_536)) }
      await file.abort()
      fixture.blobs.state.withLock { ($0.bytesMax, $0.failsToFinish) = (.max, true) }
      let second = try fixture.begin()
      try await second.append(Self.pdf)
      await #expect(throws: RPCError.storageFull) { _ = try await second.finish(.sample("f1")) }
      await second.abort()
      let left = (try await fixture.pending, try await fixture.files)
      #expect(left == (0, 0) && fixture.blobs.keys.isEmpty)
    }
  }

  @Test func whatTheTransactionRefusesLeavesNothing() async throws {
    try await with { fixture in
      let file = try fixture.begin()
      try await file.append(Self.pdf)
      await #expect(throws: CustomerServiceError.fileNotFound) {
        _ = try await file.finish(.sample("f1")) { _, _ in throw CustomerServiceError.fileNotFound }
      }
      #expect(fixture.blobs.keys == [fixture.key.text])
      await file.abort()
      let left = (try await fixture.pending, try await fixture.files)
      #expect(left == (0, 0) && fixture.blobs.keys.isEmpty)
    }
  }

  @Test func abortAfterTheFileIsThereKeepsIt() async throws {
    try await with { fixture in
      let file = try fixture.begin()
      try await file.append(Self.pdf)
      _ = try await file.finish(.sample("f1"))
      await file.abort()
      let kept = try await fixture.files
      #expect(kept == 1 && fixture.blobs.keys == [fixture.key.text])
    }
  }

  @Test func theLeaseIsExtendedWhileBytesCome() async throws {
    try await with { fixture in
      let sweep = BrokenUploads(
        lines: PendingBlobStore.self, database: fixture.database, blobs: fixture.blobs, time: fixture.time, directory: nil)
      let file = try fixture.begin()
      try await file.append(Self.pdf + [UInt8](repeating: 0, count: 65_536))
      for _ in 0..<10 {
        fixture.time.advance(by: .seconds(200))
        try await file.append([1])
        try await sweep.delete()
      }
      let record = try await file.finish(.sample("f1"))
      #expect(record.size == Int64(Self.pdf.count + 65_546))
    }
  }

  @Test func whatHousekeepingHasGivenUpCannotBecomeAFile() async throws {
    try await with { fixture in
      let sweep = BrokenUploads(
        lines: PendingBlobStore.self, database: fixture.database, blobs: fixture.blobs, time: fixture.time, directory: nil)
      let file = try fixture.begin()
      try await file.append(Self.pdf + [UInt8](repeating: 0, count: 65_536))
      fixture.time.advance(by: .seconds(301))
      try await sweep.delete()
      await #expect(throws: CustomerServiceError.uploadTooSlow) { _ = try await file.finish(.sample("f1")) }
      await file.abort()
      let left = (try await fixture.pending, try await fixture.files)
      #expect(left == (0, 0) && fixture.blobs.keys.isEmpty)
    }
  }

  @Test func whatIsEndedBehindHousekeepingsBackIsDeletedToo() async throws {
    try await with { fixture in
      let sweep = BrokenUploads(
        lines: PendingBlobStore.self, database: fixture.database, blobs: fixture.blobs, time: fixture.time, directory: nil)
      let file = try fixture.begin()
      try await file.append(Self.pdf + [UInt8](repeating: 0, count: 65_536))
      // A bucket that is slow to take the object: it is there once everybody has given it up.
      fixture.blobs.state.withLock { state in
        state.beforeFinish = {
          fixture.time.advance(by: .seconds(301))
          try? await sweep.delete()
        }
      }
      await #expect(throws: CustomerServiceError.uploadTooSlow) { _ = try await file.finish(.sample("f1")) }
      #expect(fixture.blobs.keys == [fixture.key.text])
      await file.abort()
      let left = (try await fixture.pending, try await fixture.files)
      #expect(left == (0, 0) && fixture.blobs.keys.isEmpty)
    }
  }

  @Test func endingAFileHasTimeToo() async throws {
    try await with { fixture in
      let sweep = BrokenUploads(
        lines: PendingBlobStore.self, database: fixture.database, blobs: fixture.blobs, time: fixture.time, directory: nil)
      let file = try fixture.begin()
      try await file.append(Self.pdf + [UInt8](repeating: 0, count: 65_536))
      fixture.time.advance(by: .seconds(200))
      fixture.blobs.state.withLock { state in
        state.beforeFinish = {
          fixture.time.advance(by: .seconds(200))
          try? await sweep.delete()
        }
      }
      let record = try await file.finish(.sample("f1"))
      #expect(fixture.blobs.keys == [record.key])
    }
  }

  @Test func messagesWithoutBytesEndAfterAnHourToo() async throws {
    try await with { fixture in
      let began = fixture.time.monotonic
      fixture.time.advance(by: .seconds(3599))
      try fixture.receiver.requireTime(since: began)
      fixture.time.advance(by: .seconds(1))
      #expect(throws: CustomerServiceError.uploadTooSlow) { try fixture.receiver.requireTime(since: began) }
    }
  }

  @Test func anHourIsTheMost() async throws {
    try await with { fixture in
      let file = try fixture.begin()
      try await file.append(Self.pdf)
      fixture.time.advance(by: .seconds(3600))
      await #expect(throws: CustomerServiceError.uploadTooSlow) { try await file.append([1]) }
      await file.abort()
    }
  }
}
