internal import Outbound
internal import Platform

/// Objects in a bucket of S3 or of a store that speaks its protocol.
final class S3BlobStore: BlobStore {
  /// Digests of parts that wait for a thread.
  private static let digestsMax = 4096

  private let client: S3Client
  private let presigner: S3Presigner
  private let time: any TimeSource
  /// Digests are computed here: one of 5 MiB would hold up a loop for milliseconds.
  private let pool: WorkerPool<Void>

  /// Asks the bucket whether it is there and lets us in.
  init(
    _ location: S3Location, credentials: S3Credentials, outbound: OutboundClient, time: any TimeSource
  ) async throws(BlobError) {
    client = S3Client(location, credentials: credentials, outbound: outbound)
    presigner = S3Presigner(location: location, credentials: credentials)
    self.time = time
    pool = WorkerPool(options: .init(name: "blobs", threads: 2, queueMax: Self.digestsMax), makeContext: { _ in })
    do throws(BlobError) {
      _ = try await client.send(client.probe())
    } catch {
      await close()
      throw .failed("\(location.description) cannot be used: \(error)")
    }
  }

  func create(_ key: BlobKey, contentType: String) async throws(BlobError) -> any BlobWriter {
    S3BlobWriter(key, contentType: contentType, client: client, pool: pool)
  }

  func open(_ key: BlobKey, range: Range<Int64>?) async throws(BlobError) -> any BlobReader {
    if let range, range.isEmpty { return try await emptyReader(key) }
    let answer = try await client.stream(client.get(key, range: range))
    switch answer.status {
    case 200, 206:
      let whole = answer.header("content-range")?.split(separator: "/").last ?? answer.header("content-length")?[...]
      guard let size = whole.flatMap({ Int64($0) }) else { throw .failed("the object store did not say how long an object is") }
      return S3BlobReader(size: size, answer: answer)
    case 416: return try await emptyReader(key)
    default:
      var body: [UInt8] = []
      do {
        while body.count < 1 << 16, let piece = try await answer.next() { body += piece }
      } catch {
        // The status says enough.
      }
      throw S3Client.failure(answer.status, body)
    }
  }

  func size(_ key: BlobKey) async throws(BlobError) -> Int64? {
    let answer = try await client.send(client.head(key), allowing: [404])
    if answer.status == 404 { return nil }
    guard let size = answer.header("content-length").flatMap({ Int64($0) }) else {
      throw .failed("the object store did not say how long an object is")
    }
    return size
  }

  func delete(_ key: BlobKey) async throws(BlobError) {
    _ = try await client.send(client.delete(key), allowing: [404])
    // Some stores do not list uploads; what they do with unfinished ones is theirs.
    let list = try await client.send(client.listUploads(key), allowing: [501])
    guard list.status == 200 else { return }
    for upload in S3Document(list.body).all("Upload") where upload.text("Key") == key.text {
      if let id = upload.text("UploadId") { _ = try await client.send(client.abortUpload(key, id), allowing: [404]) }
    }
  }

  func downloadURL(
    _ key: BlobKey, contentType: String, contentDisposition: String, lifetime: Duration
  ) throws(BlobError) -> String? {
    guard client.location.givesLinks else { return nil }
    return presigner.url(
      key, now: time.wallMicroseconds / 1_000_000, lifetime: lifetime,
      parameters: [("response-content-disposition", contentDisposition), ("response-content-type", contentType)])
  }

  func close() async {
    await client.close()
    await pool.close()
  }

  private func emptyReader(_ key: BlobKey) async throws(BlobError) -> any BlobReader {
    guard let size = try await size(key) else { throw .notFound }
    return S3BlobReader(size: size, answer: nil)
  }
}
