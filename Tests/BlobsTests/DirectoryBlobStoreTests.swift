import Blobs
import Foundation
import Glibc
import Identity
import Testing

@Suite struct DirectoryBlobStoreTests {
  static let key = BlobKey("uploads/2026/11/a.pdf")!

  @Test(arguments: [0, 1, 9_999, 131_071, 131_072, 131_073, 262_144, 262_145, 3_000_001])
  func whatIsWrittenIsRead(count: Int) async throws {
    try await TestDirectory.withStore { store, path in
      let bytes = sampleBytes(count)
      let summary = try await store.put(Self.key, bytes)
      #expect(summary == BlobSummary(size: Int64(count), sha256: SHA256.digest(bytes)))
      let read = try await store.get(Self.key)
      let size = try await store.size(Self.key)
      #expect(read == bytes && size == Int64(count))
      #expect(TestDirectory.files(path) == [Self.key.text])
      #expect(TestDirectory.mode("\(path)/\(Self.key)") == 0o600 && TestDirectory.mode("\(path)/uploads/2026") == 0o700)
    }
  }

  @Test func piecesOfAnySizeAreTaken() async throws {
    try await TestDirectory.withStore { store, _ in
      let bytes = sampleBytes(2_000_000)
      for (number, pieceBytes) in [17_000, 262_144, 700_000, 2_000_000].enumerated() {
        let key = try #require(BlobKey("k/\(number)"))
        let summary = try await store.put(key, bytes, pieceBytes: pieceBytes)
        #expect(summary.sha256 == SHA256.digest(bytes))
      }
    }
  }

  @Test func aRangeIsReadAlone() async throws {
    try await TestDirectory.withStore { store, _ in
      let bytes = sampleBytes(600_000)
      _ = try await store.put(Self.key, bytes)
      for range: Range<Int64> in [0..<1, 599_999..<600_000, 100..<500_000, 262_143..<262_145, 0..<600_000, 5..<5] {
        let read = try await store.get(Self.key, range: range)
        #expect(read == Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
      }
      let beyond = try await store.get(Self.key, range: 599_990..<700_000)
      let behind = try await store.get(Self.key, range: 700_000..<700_001)
      let reader = try await store.open(Self.key, range: 3..<4)
      #expect(beyond == Array(bytes[599_990...]) && behind.isEmpty && reader.size == 600_000)
    }
  }

  @Test func piecesAreBounded() async throws {
    try await TestDirectory.withStore { store, _ in
      _ = try await store.put(Self.key, sampleBytes(1_000_000))
      let reader = try await store.open(Self.key, range: nil)
      var sizes: [Int] = []
      while let piece = try await reader.next() { sizes.append(piece.count) }
      let end = try await reader.next()
      #expect(sizes == [262_144, 262_144, 262_144, 213_568] && end == nil)
    }
  }

  @Test func nothingIsOverwritten() async throws {
    try await TestDirectory.withStore { store, _ in
      let first = try await store.create(Self.key, contentType: "text/plain")
      await #expect(throws: BlobError.alreadyExists) { try await store.create(Self.key, contentType: "text/plain") }
      try await first.write([1])
      _ = try await first.finish()
      await #expect(throws: BlobError.alreadyExists) { try await store.create(Self.key, contentType: "text/plain") }
      let kept = try await store.get(Self.key)
      #expect(kept == [1])
    }
  }

  @Test func aNameThatIsTakenMeanwhileIsLeftAlone() async throws {
    try await TestDirectory.withStore { store, path in
      let writer = try await store.create(Self.key, contentType: "text/plain")
      try await writer.write([1])
      try Data([9]).write(to: URL(filePath: "\(path)/\(Self.key)"))
      await #expect(throws: BlobError.alreadyExists) { try await writer.finish() }
      let kept = try await store.get(Self.key)
      #expect(kept == [9] && TestDirectory.files(path) == [Self.key.text])
    }
  }

  @Test func anObjectIsThereOnlyWhenItIsWhole() async throws {
    try await TestDirectory.withStore { store, path in
      let writer = try await store.create(Self.key, contentType: "text/plain")
      try await writer.write(sampleBytes(500_000))
      let size = try await store.size(Self.key)
      #expect(size == nil && TestDirectory.files(path) == ["uploads/2026/11/.a.pdf.part"])
      await #expect(throws: BlobError.notFound) { try await store.open(Self.key, range: nil) }
      _ = try await writer.finish()
      await #expect(throws: BlobError.cancelled) { try await writer.write([1]) }
      await #expect(throws: BlobError.cancelled) { try await writer.finish() }
      await writer.cancel()
      let kept = try await store.size(Self.key)
      #expect(kept == 500_000)
    }
  }

  @Test func whatIsCancelledLeavesNothing() async throws {
    try await TestDirectory.withStore { store, path in
      for count in [0, 10, 2_000_000] {
        let writer = try await store.create(Self.key, contentType: "text/plain")
        try await writer.write(sampleBytes(count))
        await writer.cancel()
        #expect(TestDirectory.files(path).isEmpty)
        await #expect(throws: BlobError.cancelled) { try await writer.write([1]) }
        await writer.cancel()
      }
      _ = try await store.put(Self.key, [1])
    }
  }

  @Test func aWriterThatIsDroppedLeavesNothing() async throws {
    try await TestDirectory.withStore { store, path in
      do {
        let writer = try await store.create(Self.key, contentType: "text/plain")
        try await writer.write(sampleBytes(1_000_000))
      }
      await store.close()
      #expect(TestDirectory.files(path).isEmpty)
    }
  }

  @Test func deletingTakesWhatABrokenOffWriteLeftToo() async throws {
    try await TestDirectory.withStore { store, path in
      try await store.delete(Self.key)
      _ = try await store.put(Self.key, [1])
      try Data([9]).write(to: URL(filePath: "\(path)/uploads/2026/11/.a.pdf.part"))
      try await store.delete(Self.key)
      #expect(TestDirectory.files(path).isEmpty)
      try await store.delete(Self.key)
      await #expect(throws: BlobError.notFound) { try await store.open(Self.key, range: nil) }
    }
  }

  @Test func aReaderEndsWhenItIsCancelled() async throws {
    try await TestDirectory.withStore { store, _ in
      _ = try await store.put(Self.key, sampleBytes(1_000_000))
      let reader = try await store.open(Self.key, range: nil)
      _ = try await reader.next()
      reader.cancel()
      await #expect(throws: BlobError.cancelled) { try await reader.next() }
    }
  }

  @Test func aFileThatLostItsEndIsAnError() async throws {
    try await TestDirectory.withStore { store, path in
      _ = try await store.put(Self.key, sampleBytes(1_000_000))
      let reader = try await store.open(Self.key, range: nil)
      #expect(truncate("\(path)/\(Self.key)", 300_000) == 0)
      await #expect {
        while try await reader.next() != nil {}
      } throws: { if case BlobError.failed = $0 { true } else { false } }
    }
  }

  @Test func symbolicLinksAreNotFollowed() async throws {
    try await TestDirectory.withStore { store, path in
      try await TestDirectory.with { outside in
        try Data([7]).write(to: URL(filePath: "\(outside)/secret"))
        try FileManager.default.createSymbolicLink(atPath: "\(path)/out", withDestinationPath: outside)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/file", withDestinationPath: "\(outside)/secret")
        let (below, link) = (try #require(BlobKey("out/new")), try #require(BlobKey("file")))
        await #expect(throws: BlobError.self) { try await store.create(below, contentType: "text/plain") }
        await #expect(throws: BlobError.self) { try await store.open(#require(BlobKey("out/secret")), range: nil) }
        await #expect(throws: BlobError.self) { try await store.open(link, range: nil) }
        await #expect(throws: BlobError.alreadyExists) { try await store.create(link, contentType: "text/plain") }
        let size = try await store.size(link)
        #expect(size == nil)
        try await store.delete(link)
        #expect(TestDirectory.files(outside) == ["secret"])
      }
    }
  }

  @Test func aPipeDoesNotHangAThread() async throws {
    try await TestDirectory.withStore { store, path in
      #expect(mkfifo("\(path)/pipe", 0o600) == 0)
      await #expect(throws: BlobError.self) { try await store.open(#require(BlobKey("pipe")), range: nil) }
    }
  }

  @Test func manyTransfersShareTheThreads() async throws {
    try await TestDirectory.withStore { store, path in
      let bytes = sampleBytes(700_000)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for number in 0..<64 {
          tasks.addTask {
            let key = try #require(BlobKey("k/\(number)"))
            let summary = try await store.put(key, bytes, pieceBytes: 50_000)
            let read = try await store.get(key)
            #expect(summary.sha256 == SHA256.digest(read))
          }
        }
        try await tasks.waitForAll()
      }
      #expect(TestDirectory.files(path).count == 64)
    }
  }

  @Test func aClosedStoreTakesNothing() async throws {
    try await TestDirectory.withStore { store, _ in
      let writer = try await store.create(Self.key, contentType: "text/plain")
      await store.close()
      await #expect(throws: BlobError.closed) { try await store.create(Self.key, contentType: "text/plain") }
      await #expect(throws: BlobError.closed) { try await writer.finish() }
    }
  }

  @Test func aDirectoryThatCannotBeUsedIsNamed() {
    for path in ["/dev/null", "/nowhere/at/all"] {
      #expect {
        try DirectoryBlobStore(directory: path)
      } throws: { "\($0)".contains(path) }
    }
  }
}
