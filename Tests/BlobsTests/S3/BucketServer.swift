import Blobs
import Foundation
import Logging
import Outbound
import TestSupport
import Testing

/// The object store of `bucket_server.py`, one for all tests; it ends with this process.
final class BucketServer: Sendable {
  static let isAvailable = TestPython.isAvailable
  static let shared = Task { try await BucketServer() }
  static let credentials = S3Credentials(accessKey: "weft-test-key", secretKey: "weft/test+secret")

  let port: Int
  private let client = OutboundClient(logger: Logger(label: "test"))

  private init() async throws {
    let line = try await TestPython.startServer(file: "bucket_server.py")
    port = try #require(Int(line), "bucket_server.py says \(line)")
  }

  func location(bucket: String = "weft-test", _ more: String = "") throws -> BlobLocation {
    try #require(BlobLocation(url: "s3://\(bucket)?endpoint=http%3A%2F%2F127.0.0.1%3A\(port)&region=eu-test-1\(more)"))
  }

  /// Runs `body` with a store on the bucket.
  static func withStore(
    _ more: String = "", credentials: S3Credentials = BucketServer.credentials, _ body: (any BlobStore, BucketServer) async throws -> Void
  ) async throws {
    let server = try await shared.value
    let store = try await BlobStores.open(server.location(more), credentials: credentials, logger: Logger(label: "test"))
    do {
      try await body(store, server)
      await store.close()
    } catch {
      await store.close()
      throw error
    }
  }

  /// The next requests of this kind fail.
  func fail(_ how: String, method: String, contains text: String, times: Int = 1) async throws {
    _ = try await control("fail=\(how)&method=\(method)&times=\(times)&contains=\(OutboundURL.percentEncoded(text))")
  }

  struct Found: Decodable {
    var sha256: String
    var size: Int
    var type: String
  }

  /// What boto3 reads.
  func object(_ key: BlobKey) async throws -> Found {
    try JSONDecoder().decode(Found.self, from: Data(try await control("object=\(key)")))
  }

  /// Keys of open uploads that begin with this text, by boto3.
  func uploads(_ prefix: String) async throws -> [String] {
    let keys = try JSONDecoder().decode([String: [String]].self, from: Data(try await control("uploads=1")))["keys"] ?? []
    return keys.filter { $0.hasPrefix(prefix) }
  }

  func begin(_ key: String) async throws { _ = try await control("begin=\(key)") }

  func fetch(_ url: String) async throws -> OutboundResponse {
    try await client.http(
      OutboundRequest(url: url, timeout: .seconds(60), bodyBytesMax: 64 << 20, addresses: .operatorConfigured))
  }

  private func control(_ query: String) async throws -> [UInt8] {
    let answer = try await fetch("http://127.0.0.1:\(port)/_control?\(query)")
    try #require(answer.status == 200, "\(query): \(answer.status)")
    return answer.body
  }
}
