internal import Identity
internal import Outbound
internal import Platform
internal import Synchronization

/// Writes an object into the bucket: up to 5 MiB in one request, more of it in parts, one of which is on its way while the
/// next one is gathered. So at most 10 MiB are held.
///
/// Whether an object is there already is for S3 to say, when it is finished (`If-None-Match`).
final class S3BlobWriter: BlobWriter {
  /// The least that S3 takes for a part that is not the last.
  static let partBytes = 5 << 20

  private struct State {
    var part: [UInt8] = []
    var size: Int64 = 0
    /// There once there is more than one part.
    var upload: String?
    /// The entity tags of the parts that have arrived.
    var tags: [String] = []
    var isSending = false
    var call: OutboundCall?
    var failure: BlobError?
    var isEnded = false
    var waiters: [UnsafeContinuation<Void, Never>] = []
  }

  /// Of the whole object.
  private final class Digest: @unchecked Sendable {  // used for one part after another, never for two at one time
    let hash = IncrementalSHA256()
  }

  private let key: BlobKey
  private let contentType: String
  private let client: S3Client
  private let pool: WorkerPool<Void>
  private let digest = Digest()
  private let state = Mutex(State())

  init(_ key: BlobKey, contentType: String, client: S3Client, pool: WorkerPool<Void>) {
    self.key = key
    self.contentType = contentType
    self.client = client
    self.pool = pool
  }

  deinit {
    // A part under way holds the writer, so nothing more arrives.
    guard let upload = state.withLock({ $0.upload }) else { return }
    client.start(client.abortUpload(key, upload)) { _ in }
  }

  func write(_ bytes: [UInt8]) async throws(BlobError) {
    var start = 0
    while start < bytes.count {
      let taken = try take(bytes[start...])
      start += taken
      if taken == 0 { try await sendPart() }
    }
  }

  func finish() async throws(BlobError) -> BlobSummary {
    do throws(BlobError) {
      let summary = try await (state.withLock { $0.upload } == nil ? putWhole() : completeUpload())
      state.withLock { state in
        state.upload = nil
        state.isEnded = true
      }
      return summary
    } catch {
      await cancel()
      throw error
    }
  }

  func cancel() async {
    let call = state.withLock { state in
      state.isEnded = true
      state.part = []
      return state.call
    }
    call?.cancel()
    // S3 may keep a part that arrives after the end of its upload.
    await untilSent()
    let upload = state.withLock { state in
      defer { state.upload = nil }
      return state.upload
    }
    guard let upload else { return }
    do {
      _ = try await client.send(client.abortUpload(key, upload), allowing: [404])
    } catch {
      // What is left is under its key for `delete` to find.
    }
  }

  /// Adds to the part; 0 if it is full.
  private func take(_ bytes: ArraySlice<UInt8>) throws(BlobError) -> Int {
    let result = state.withLock { state -> Result<Int, BlobError> in
      if let failure = state.failure { return .failure(failure) }
      if state.isEnded { return .failure(.cancelled) }
      let taken = min(Self.partBytes - state.part.count, bytes.count)
      // Growing by doubling would take twice as much on the way.
      if state.part.count + taken > 1 << 20 { state.part.reserveCapacity(Self.partBytes) }
      state.part.append(contentsOf: bytes.prefix(taken))
      state.size += Int64(taken)
      return .success(taken)
    }
    return try result.get()
  }

  /// Sends the part that is gathered on its way, once the one before it has arrived.
  private func sendPart() async throws(BlobError) {
    await untilSent()
    let upload = try await uploadID()
    let (part, number) = try state.withLock { state -> Result<([UInt8], Int), BlobError> in
      if let failure = state.failure { return .failure(failure) }
      if state.isEnded { return .failure(.cancelled) }
      let part = state.part
      state.part = []
      state.isSending = true
      return .success((part, state.tags.count + 1))
    }.get()
    pool.submit(
      { [self] _ in
        digest.hash.update(part)
        let request = client.uploadPart(key, upload, number: number, part, sha256: SHA256.digest(part))
        let call = client.start(request) { [self] in arrived($0) }
        let isEnded = state.withLock { state in
          if state.isSending, state.tags.count + 1 == number { state.call = call }
          return state.isEnded
        }
        if isEnded { call?.cancel() }
      }, orElse: { [self] in arrived(.failure(BlobError($0))) })
  }

  private func uploadID() async throws(BlobError) -> String {
    if let upload = state.withLock({ $0.upload }) { return upload }
    let answer = try await client.send(client.createUpload(key, contentType: contentType))
    guard let upload = S3Document(answer.body).text("UploadId"), !upload.isEmpty else {
      throw .failed("the object store named no upload")
    }
    state.withLock { $0.upload = upload }
    return upload
  }

  private func arrived(_ result: Result<OutboundResponse, BlobError>) {
    let waiters = state.withLock { state in
      switch result {
      case .failure(let error): state.failure = error
      case .success(let response):
        if let tag = response.header("etag") {
          state.tags.append(tag)
        } else {
          state.failure = .failed("the object store gave a part no tag")
        }
      }
      state.isSending = false
      state.call = nil
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private func untilSent() async {
    // Unsafe: resumed exactly once, here or by `arrived`, which takes it out of the state.
    await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
      let mayGoOn = state.withLock { state in
        if !state.isSending { return true }
        state.waiters.append(waiter)
        return false
      }
      if mayGoOn { waiter.resume() }
    }
  }

  private func putWhole() async throws(BlobError) -> BlobSummary {
    let (part, size) = try await ending()
    let sha256 = try await onThread { [digest] in
      digest.hash.update(part)
      return digest.hash.finish()
    }
    try await finishing(client.put(key, part, sha256: sha256, contentType: contentType), size: size)
    return BlobSummary(size: size, sha256: sha256)
  }

  private func completeUpload() async throws(BlobError) -> BlobSummary {
    // There is a last part: one is sent only when more has come.
    try await sendPart()
    let (_, size) = try await ending()
    let sha256 = try await onThread { [digest] in digest.hash.finish() }
    let (upload, tags) = state.withLock { ($0.upload, $0.tags) }
    guard let upload else { throw .cancelled }
    let answer = try await finishing(client.completeUpload(key, upload, tags: tags), size: size)
    // S3 answers 200 before it knows, and says in the body how it went.
    if let answer, !S3Document(answer.body).has("CompleteMultipartUploadResult") { throw S3Client.failure(500, answer.body) }
    return BlobSummary(size: size, sha256: sha256)
  }

  /// Waits for the part under way; what is gathered is for the caller.
  private func ending() async throws(BlobError) -> ([UInt8], Int64) {
    await untilSent()
    return try state.withLock { state -> Result<([UInt8], Int64), BlobError> in
      if let failure = state.failure { return .failure(failure) }
      if state.isEnded { return .failure(.cancelled) }
      defer { state.part = [] }
      return .success((state.part, state.size))
    }.get()
  }

  /// Sends the request that makes the object.
  ///
  /// - Returns: Nil if it was an earlier attempt that made it, whose answer was lost.
  @discardableResult
  private func finishing(_ request: OutboundRequest, size: Int64) async throws(BlobError) -> OutboundResponse? {
    let answer = try await client.send(request, allowing: [404, 412])
    if (200...299).contains(answer.status) { return answer }
    if answer.attempts > 1 {
      let found = try await client.send(client.head(key), allowing: [404])
      if found.status == 200, found.header("content-length") == "\(size)" { return nil }
    }
    throw answer.status == 404 ? .failed("the object store lost the upload") : S3Client.failure(answer.status, answer.body)
  }

  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(BlobError) -> Value {
    do { return try await pool.run { _ in body() } } catch { throw BlobError(error) }
  }
}
