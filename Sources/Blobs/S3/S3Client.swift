internal import Identity
internal import Outbound
internal import Platform

/// The requests of S3's REST interface that the store needs, signed by libcurl. Nothing here listens to the caller's
/// cancellation: whoever cleans up after a cancelled call must not be cancelled too, and every request has its time limit.
final class S3Client: Sendable {
  /// For one part, repeats included.
  private static let partTimeout = Duration.seconds(120)
  private static let timeout = Duration.seconds(20)
  private static let answerBytesMax = 2 << 20
  /// How much of what S3 says goes into a message.
  private static let messageMax = 200

  let location: S3Location
  private let credentials: S3Credentials
  private let outbound: OutboundClient
  private static let emptyDigest = S3Presigner.hexadecimal(SHA256.digest([]))

  init(_ location: S3Location, credentials: S3Credentials, outbound: OutboundClient) {
    self.location = location
    self.credentials = credentials
    self.outbound = outbound
  }

  /// Ends what is under way.
  func close() async { await outbound.close(grace: .seconds(2)) }

  // MARK: Requests

  /// `PutObject` of a whole object; refused where there is one.
  func put(_ key: BlobKey, _ bytes: [UInt8], sha256: [UInt8], contentType: String) -> OutboundRequest {
    var request = request(.put, key, body: bytes, sha256: sha256, timeout: Self.partTimeout)
    request.headers.append(("content-type", contentType))
    request.headers.append(("if-none-match", "*"))
    return request
  }

  /// `CreateMultipartUpload`.
  func createUpload(_ key: BlobKey, contentType: String) -> OutboundRequest {
    var request = request(.post, key, query: "uploads=", body: [])
    request.headers.append(("content-type", contentType))
    // A second one would never be heard of again.
    request.repeats = .ifNotTaken
    return request
  }

  /// `UploadPart`. S3 compares the bytes with the digest that is signed.
  func uploadPart(_ key: BlobKey, _ upload: String, number: Int, _ bytes: [UInt8], sha256: [UInt8]) -> OutboundRequest {
    var request = request(
      .put, key, query: "partNumber=\(number)&\(Self.upload(upload))", body: bytes, sha256: sha256, timeout: Self.partTimeout)
    request.headers.append(("content-type", "application/octet-stream"))
    return request
  }

  /// `CompleteMultipartUpload`; refused where there is an object.
  func completeUpload(_ key: BlobKey, _ upload: String, tags: [String]) -> OutboundRequest {
    let parts = tags.enumerated().map { "<Part><PartNumber>\($0.offset + 1)</PartNumber><ETag>\(Self.escaped($0.element))</ETag></Part>" }
    let text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
    let body = Array(text.utf8)
    var request = request(.post, key, query: Self.upload(upload), body: body, sha256: SHA256.digest(body), timeout: Self.partTimeout)
    request.headers.append(("content-type", "application/xml"))
    request.headers.append(("if-none-match", "*"))
    return request
  }

  /// `AbortMultipartUpload`.
  func abortUpload(_ key: BlobKey, _ upload: String) -> OutboundRequest { request(.delete, key, query: Self.upload(upload)) }

  /// `ListMultipartUploads` of keys that begin with this one.
  func listUploads(_ key: BlobKey) -> OutboundRequest {
    request(.get, nil, query: "prefix=\(OutboundURL.percentEncoded(key.text))&uploads=")
  }

  /// `DeleteObject`.
  func delete(_ key: BlobKey) -> OutboundRequest { request(.delete, key) }

  /// `HeadObject`.
  func head(_ key: BlobKey) -> OutboundRequest { request(.head, key) }

  /// `GetObject`.
  func get(_ key: BlobKey, range: Range<Int64>?) -> OutboundRequest {
    var request = request(.get, key)
    if let range { request.headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")) }
    return request
  }

  /// `ListObjectsV2` of one object: unlike `HeadBucket` it says what is wrong.
  func probe() -> OutboundRequest { request(.get, nil, query: "list-type=2&max-keys=1") }

  // MARK: Sending

  /// The answer to a request that succeeded, or what S3 said.
  ///
  /// - Parameter allowing: Statuses beside 2xx that are no failure here.
  func send(_ request: OutboundRequest, allowing: Set<Int> = []) async throws(BlobError) -> OutboundResponse {
    let result: Result<OutboundResponse, BlobError> = await withUnsafeContinuation { continuation in
      // Unsafe: `start` tells exactly once.
      outbound.start(request) { continuation.resume(returning: Self.checked($0, allowing)) }
    }
    return try result.get()
  }

  /// The same, for whom nobody waits.
  @discardableResult
  func start(_ request: OutboundRequest, whenDone: @escaping @Sendable (Result<OutboundResponse, BlobError>) -> Void) -> OutboundCall? {
    outbound.start(request) { whenDone(Self.checked($0, [])) }
  }

  /// The head of an answer whose body is read as it comes, whatever its status.
  func stream(_ request: OutboundRequest) async throws(BlobError) -> OutboundStream {
    do { return try await outbound.stream(request) } catch { throw BlobError(error) }
  }

  private static func checked(
    _ result: Result<OutboundResponse, OutboundError>, _ allowing: Set<Int>
  ) -> Result<OutboundResponse, BlobError> {
    switch result {
    case .failure(let error): return .failure(BlobError(error))
    case .success(let response):
      if (200...299).contains(response.status) || allowing.contains(response.status) { return .success(response) }
      return .failure(failure(response.status, response.body))
    }
  }

  /// What a refusal means, with S3's own words.
  static func failure(_ status: Int, _ body: [UInt8]) -> BlobError {
    let document = S3Document(body)
    let code = document.text("Code") ?? ""
    switch (status, code) {
    case (404, "NoSuchKey"), (404, ""): return .notFound
    case (412, _): return .alreadyExists
    case (507, _), (_, "QuotaExceeded"), (_, "XMinioStorageFull"): return .noSpace
    default: break
    }
    let words = [code, document.text("Message") ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    let plain = String(words.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(messageMax).map(Character.init))
    let text = "the object store said \(status)\(plain.isEmpty ? "" : " \(plain)")"
    return status >= 500 || status == 429 || status == 409 ? .unavailable(text) : .failed(text)
  }

  private func request(
    _ method: OutboundRequest.Method, _ key: BlobKey?, query: String = "", body: [UInt8]? = nil, sha256: [UInt8]? = nil,
    timeout: Duration = S3Client.timeout
  ) -> OutboundRequest {
    var request = OutboundRequest(
      method: method, url: location.url(key, query: query), body: body, timeout: timeout, bodyBytesMax: Self.answerBytesMax,
      addresses: .operatorConfigured)
    request.headers.append(("x-amz-content-sha256", sha256.map(S3Presigner.hexadecimal) ?? Self.emptyDigest))
    if let token = credentials.sessionToken { request.headers.append(("x-amz-security-token", token)) }
    request.signature = .init(
      accessKey: credentials.accessKey, secretKey: credentials.secretKey, region: location.region, service: "s3")
    request.repeats = .always
    return request
  }

  private static func upload(_ id: String) -> String { "uploadId=\(OutboundURL.percentEncoded(id))" }

  private static func escaped(_ text: String) -> String {
    text.map { $0 == "&" ? "&amp;" : $0 == "<" ? "&lt;" : $0 == ">" ? "&gt;" : String($0) }.joined()
  }
}

extension BlobError {
  init(_ error: OutboundError) {
    switch error {
    case .overloaded: self = .overloaded
    case .closed: self = .closed
    case .cancelled: self = .cancelled
    case .timeout: self = .timeout
    case .unreachable, .interrupted, .insecure: self = .unavailable("the object store: \(error)")
    default: self = .failed("the object store: \(error)")
    }
  }
}
