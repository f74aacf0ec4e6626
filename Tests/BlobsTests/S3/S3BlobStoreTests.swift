import Blobs
import Identity
import Logging
import Testing

/// Against moto; every request's signature is checked by botocore, and what was written is read by boto3.
@Suite(.enabled(if: BucketServer.isAvailable), .timeLimit(.minutes(3))) struct S3BlobStoreTests {
  static func key(_ name: String) throws -> BlobKey { try #require(BlobKey("uploads/2026/\(name).pdf")) }

  static func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

  @Test(arguments: [0, 1, 300_000, 5_242_880, 5_242_881, 12_000_000])
  func whatIsWrittenIsReadByUsAndByBoto3(count: Int) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("size-\(count)")
      let bytes = sampleBytes(count)
      let summary = try await store.put(key, bytes, pieceBytes: 200_000, contentType: "application/pdf")
      #expect(summary == BlobSummary(size: Int64(count), sha256: SHA256.digest(bytes)))
      let found = try await server.object(key)
      #expect(found.size == count && found.type == "application/pdf" && found.sha256 == Self.hexadecimal(summary.sha256))
      let read = try await store.get(key)
      let size = try await store.size(key)
      #expect(read == bytes && size == Int64(count))
      let uploads = try await server.uploads(key.text)
      #expect(uploads.isEmpty)
    }
  }

  @Test func aRangeIsReadAlone() async throws {
    try await BucketServer.withStore { store, _ in
      let key = try Self.key("range")
      let bytes = sampleBytes(900_000)
      _ = try await store.put(key, bytes)
      for range: Range<Int64> in [0..<1, 899_999..<900_000, 100..<600_000, 5..<5] {
        let read = try await store.get(key, range: range)
        #expect(read == Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
      }
      let beyond = try await store.get(key, range: 899_990..<1_000_000)
      let behind = try await store.get(key, range: 1_000_000..<1_000_001)
      #expect(beyond == Array(bytes[899_990...]) && behind.isEmpty)
      for range: Range<Int64> in [3..<4, 1_000_000..<1_000_001, 7..<7] {
        let reader = try await store.open(key, range: range)
        #expect(reader.size == 900_000)
        reader.cancel()
      }
    }
  }

  @Test func piecesAreBounded() async throws {
    try await BucketServer.withStore { store, _ in
      let key = try Self.key("pieces")
      _ = try await store.put(key, sampleBytes(3_000_000))
      let reader = try await store.open(key, range: nil)
      var total = 0
      while let piece = try await reader.next() {
        #expect(!piece.isEmpty && piece.count <= 262_144)
        total += piece.count
      }
      #expect(total == 3_000_000)
    }
  }

  @Test(arguments: [10, 6_000_000]) func nothingIsOverwritten(count: Int) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("once-\(count)")
      _ = try await store.put(key, [1])
      await #expect(throws: BlobError.alreadyExists) { try await store.put(key, sampleBytes(count), pieceBytes: 1_000_000) }
      let kept = try await store.get(key)
      let uploads = try await server.uploads(key.text)
      #expect(kept == [1] && uploads.isEmpty)
    }
  }

  @Test func whatIsAbsentIsSaid() async throws {
    try await BucketServer.withStore { store, _ in
      let key = try Self.key("absent")
      let size = try await store.size(key)
      #expect(size == nil)
      await #expect(throws: BlobError.notFound) { try await store.open(key, range: nil) }
      await #expect(throws: BlobError.notFound) { try await store.open(key, range: 0..<5) }
      await #expect(throws: BlobError.notFound) { try await store.open(key, range: 5..<5) }
      try await store.delete(key)
    }
  }

  @Test(arguments: [10, 5_242_880, 6_000_000, 12_000_000]) func whatIsCancelledLeavesNothing(count: Int) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("cancelled-\(count)")
      let writer = try await store.create(key, contentType: "text/plain")
      try await writer.write(sampleBytes(count))
      await writer.cancel()
      await writer.cancel()
      let size = try await store.size(key)
      let uploads = try await server.uploads(key.text)
      #expect(size == nil && uploads.isEmpty)
      await #expect(throws: BlobError.cancelled) { try await writer.write([1]) }
      await #expect(throws: BlobError.cancelled) { try await writer.finish() }
    }
  }

  @Test func aWriterThatIsDroppedLeavesNothing() async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("dropped")
      do {
        let writer = try await store.create(key, contentType: "text/plain")
        try await writer.write(sampleBytes(11_000_000))
      }
      while try await !server.uploads(key.text).isEmpty { await Task.yield() }
      let size = try await store.size(key)
      #expect(size == nil)
    }
  }

  @Test func cleaningUpWorksInACancelledTask() async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("cancelled-task")
      let task = Task {
        let writer = try await store.create(key, contentType: "text/plain")
        try await writer.write(sampleBytes(11_000_000))
        withUnsafeCurrentTask { $0?.cancel() }
        await writer.cancel()
      }
      try await task.value
      let uploads = try await server.uploads(key.text)
      #expect(uploads.isEmpty)
    }
  }

  @Test func deletingTakesWhatABrokenOffWriteLeftToo() async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("left")
      _ = try await store.put(key, [1])
      try await server.begin(key.text)
      try await server.begin(key.text)
      try await server.begin("\(key.text)x")
      try await store.delete(key)
      let size = try await store.size(key)
      let uploads = try await server.uploads(key.text)
      #expect(size == nil && uploads == ["\(key.text)x"])
    }
  }

  @Test func clientsFetchTheObjectThemselves() async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("link")
      let bytes = sampleBytes(100_000)
      _ = try await store.put(key, bytes)
      let disposition = "attachment; filename=\"a b+c.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf"
      let url = try #require(
        try store.downloadURL(key, contentType: "application/pdf", contentDisposition: disposition, lifetime: .seconds(3600)))
      let answer = try await server.fetch(url)
      #expect(answer.status == 200 && answer.body == bytes)
      #expect(answer.header("content-disposition") == disposition && answer.header("content-type") == "application/pdf")
      for (old, new) in [("link.pdf", "range.pdf"), ("Expires=3600", "Expires=3601"), ("attachment", "inline")] {
        let tampered = try await server.fetch(url.replacing(old, with: new))
        #expect(tampered.status == 403)
      }
    }
  }

  @Test func linksMayBeSwitchedOff() async throws {
    try await BucketServer.withStore("&links=off") { store, _ in
      let url = try store.downloadURL(Self.key("a"), contentType: "a/b", contentDisposition: "attachment", lifetime: .seconds(60))
      #expect(url == nil)
    }
  }

  @Test func aSessionTokenIsSignedToo() async throws {
    var credentials = BucketServer.credentials
    credentials.sessionToken = "token/with+signs=="
    try await BucketServer.withStore(credentials: credentials) { store, server in
      let key = try Self.key("token")
      _ = try await store.put(key, [1, 2, 3])
      let url = try #require(try store.downloadURL(key, contentType: "a/b", contentDisposition: "attachment", lifetime: .seconds(60)))
      let answer = try await server.fetch(url)
      #expect(answer.status == 200 && url.contains("X-Amz-Security-Token=token%2Fwith%2Bsigns%3D%3D"))
    }
  }

  @Test func manyWriteAtOneTime() async throws {
    try await BucketServer.withStore { store, _ in
      let bytes = sampleBytes(50_000)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for number in 0..<40 {
          tasks.addTask {
            let key = try Self.key("many-\(number)")
            _ = try await store.put(key, bytes)
            let read = try await store.get(key)
            #expect(read == bytes)
          }
        }
        try await tasks.waitForAll()
      }
    }
  }
}
