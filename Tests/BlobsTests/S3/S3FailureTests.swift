import Blobs
import Logging
import Testing

/// A store that fails, loses answers, or is not there.
@Suite(.enabled(if: BucketServer.isAvailable), .timeLimit(.minutes(3))) struct S3FailureTests {
  static func key(_ name: String) throws -> BlobKey { try #require(BlobKey("failures/\(name)")) }

  @Test(arguments: ["500", "503", "broken", "lost"], [10, 11_000_000])
  func aFailureThatPassesIsNotNoticed(how: String, count: Int) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("passes-\(how)-\(count)")
      try await server.fail(how, method: "PUT", contains: key.text, times: 2)
      if how != "lost" { try await server.fail(how, method: "GET", contains: key.text) }
      let bytes = sampleBytes(count)
      _ = try await store.put(key, bytes, pieceBytes: 1_000_000)
      let found = try await server.object(key)
      let uploads = try await server.uploads(key.text)
      #expect(found.size == count && uploads.isEmpty)
    }
  }

  @Test(arguments: ["500", "broken", "lost"]) func theEndOfAnUploadIsTriedAgain(how: String) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("end-\(how)")
      try await server.fail(how, method: "POST", contains: "\(key.text)?uploadId")
      let summary = try await store.put(key, sampleBytes(6_000_000), pieceBytes: 1_000_000)
      let found = try await server.object(key)
      #expect(found.size == 6_000_000 && summary.size == 6_000_000)
    }
  }

  @Test(arguments: ["PUT", "POST"]) func aFailureThatStaysLeavesNothing(method: String) async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("stays-\(method.lowercased())")
      try await server.fail("500", method: method, contains: "\(key.text)?\(method == "PUT" ? "partNumber=2" : "uploadId")", times: 9)
      await #expect {
        _ = try await store.put(key, sampleBytes(18_000_000), pieceBytes: 1_000_000)
      } throws: {
        $0 as? BlobError == .unavailable("the object store said 500 InternalError: a <asked for>")
      }
      let uploads = try await server.uploads(key.text)
      let size = try await store.size(key)
      #expect(uploads.isEmpty && size == nil)
    }
  }

  @Test func anUploadThatWasPerhapsBegunIsNotBegunTwice() async throws {
    try await BucketServer.withStore { store, server in
      let key = try Self.key("begun")
      try await server.fail("lost", method: "POST", contains: "\(key.text)?uploads=")
      await #expect(throws: BlobError.self) { _ = try await store.put(key, sampleBytes(6_000_000), pieceBytes: 1_000_000) }
      let left = try await server.uploads(key.text)
      try await store.delete(key)
      let uploads = try await server.uploads(key.text)
      #expect(left == [key.text] && uploads.isEmpty)
    }
  }

  @Test func aBucketThatCannotBeUsedIsNamed() async throws {
    let server = try await BucketServer.shared.value
    let logger = Logger(label: "test")
    func expect(_ location: BlobLocation, _ credentials: S3Credentials?, says texts: [String]) async {
      await #expect {
        _ = try await BlobStores.open(location, credentials: credentials, logger: logger)
      } throws: { error in
        texts.allSatisfy { "\(error)".contains($0) } && !"\(error)".contains("secret")
      }
    }
    await expect(try server.location(bucket: "nobody-has-it"), BucketServer.credentials, says: ["bucket nobody-has-it", "NoSuchBucket"])
    let wrong = S3Credentials(accessKey: "weft-test-key", secretKey: "another secret")
    await expect(try server.location(), wrong, says: ["bucket weft-test", "403", "SignatureDoesNotMatch"])
    await expect(try server.location(), nil, says: ["bucket weft-test", "no keys"])
    let nowhere = try #require(BlobLocation(url: "s3://weft-test?endpoint=http%3A%2F%2F127.0.0.1%3A1"))
    await expect(nowhere, BucketServer.credentials, says: ["bucket weft-test", "127.0.0.1:1"])
  }
}
