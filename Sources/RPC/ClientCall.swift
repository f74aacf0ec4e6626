import HTTP
import Net
import Protobuf

/// One call on the client, its messages as bytes. Owned by the loop of its connection; its asynchronous functions may be called from anywhere.
///
/// Source: gRPC over HTTP/2.
final class ClientCall: HTTPStreamOwner, @unchecked Sendable {  // every `var` is touched on `loop` only
  private let path: String
  private let channel: ClientChannel
  private let options: CallOptions
  private let configuration: RPCClient.Configuration
  private let deadline: Deadline?

  private var stream: HTTPStream?
  private var reader: MessageReader
  /// What was sent before there was a stream; kept for a second attempt while that is allowed.
  private var unsent: [UInt8] = []
  private var isLastSent = false
  private var mayRetry = true
  private var deadlineTimer: TimerHandle?
  /// How the call ended; nil while it lasts. Replies that came before a good end are still to be read.
  private var outcome: Result<Void, RPCError>?
  private var initial: Metadata?
  private var trailing = Metadata()
  private var readWaiter: UnsafeContinuation<Result<[UInt8]?, RPCError>, Never>?
  private var writeWaiter: UnsafeContinuation<Result<Void, RPCError>, Never>?
  private var headWaiter: UnsafeContinuation<Result<Metadata, RPCError>, Never>?

  private var loop: EventLoop { channel.loop }

  init(path: String, channel: ClientChannel, options: CallOptions, configuration: RPCClient.Configuration) {
    self.path = path
    self.channel = channel
    self.options = options
    self.configuration = configuration
    deadline = (options.timeout ?? configuration.timeout).map { Deadline(after: $0) }
    reader = MessageReader(bytesMax: options.replyBytesMax ?? configuration.replyBytesMax)
  }

  /// A message with its prefix.
  static func frame(_ message: some Message, isCompressed: Bool = false) -> [UInt8] {
    var writer = BinaryWriter()
    message.encode(to: &writer)
    if isCompressed { writer.compress() }
    writer.prependPrefix(isCompressed: isCompressed)
    return writer.bytes
  }

  /// The same, compressed where the call's options say so.
  func frame(_ message: some Message, mayCompress: Bool = true) -> [UInt8] {
    Self.frame(message, isCompressed: options.compresses && mayCompress)
  }

  static func frame(bytes: [UInt8]) -> [UInt8] {
    var writer = BinaryWriter(capacity: bytes.count + MessageFrame.prefixBytes)
    writer.prepend(bytes)
    writer.prependPrefix()
    return writer.bytes
  }

  // MARK: From any thread

  /// Queues a framed message, however much waits already; for requests that are one message.
  func send(_ frame: [UInt8], last: Bool) {
    onLoop { self.queue(frame, last: last) }
  }

  /// Queues a framed message; suspends while too much waits.
  func write(_ frame: [UInt8]) async throws(RPCError) {
    let result = await cancelling {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Void, RPCError>, Never>) in
        self.onLoop { self.write(frame, continuation) }
      }
    }
    try result.get()
  }

  /// The next reply; nil after the last of a call that ended well.
  func nextReply() async throws(RPCError) -> [UInt8]? {
    if loop.inLoop, let reply = poll() { return try reply.get() }
    let result = await cancelling {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<[UInt8]?, RPCError>, Never>) in
        self.onLoop { self.read(continuation) }
      }
    }
    return try result.get()
  }

  /// The reply of a call that has just one.
  func onlyReply() async throws(RPCError) -> [UInt8] {
    guard let reply = try await nextReply() else { throw RPCError(.internalError, "服务器没有发送答复消息") }
    guard try await nextReply() == nil else {
      cancel()
      throw RPCError(.internalError, "服务器发送了多于一个的答复消息")
    }
    return reply
  }

  func initialMetadata() async throws(RPCError) -> Metadata {
    let result = await cancelling {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Metadata, RPCError>, Never>) in
        self.onLoop { self.awaitHead(continuation) }
      }
    }
    return try result.get()
  }

  func trailingMetadata() async -> Metadata {
    await withUnsafeContinuation { continuation in onLoop { continuation.resume(returning: self.trailing) } }
  }

  /// Waits for the head of the answer.
  ///
  /// - Throws: The call's status, where the head has it and is all that comes.
  func admission() async throws(RPCError) {
    _ = try await initialMetadata()
    let isAll = await withUnsafeContinuation { continuation in
      onLoop { continuation.resume(returning: self.stream?.response?.headers.contains("grpc-status") == true) }
    }
    if isAll { _ = try await nextReply() }
  }

  func cancel() {
    onLoop { self.fail(RPCError(.cancelled, "调用已取消")) }
  }

  private func onLoop(_ work: @escaping @Sendable () -> Void) {
    if loop.inLoop { work() } else { loop.execute(work) }
  }

  /// The caller's cancellation is the call's.
  private func cancelling<Value: Sendable>(_ operation: @Sendable () async -> Value) async -> Value {
    await withTaskCancellationHandler(operation: operation, onCancel: { self.cancel() })
  }

  // MARK: On the loop

  func start() {
    guard outcome == nil else { return }
    if let deadline {
      guard !deadline.hasPassed else { return fail(.deadlineExceeded) }
      deadlineTimer = loop.schedule(at: deadline.time) { [weak self] in self?.fail(.deadlineExceeded) }
    }
    open()
  }

  private func open() {
    channel.acquire(waitForReady: options.waitForReady) { [weak self] result in
      guard let self, outcome == nil else { return }
      switch result {
      case .failure(let error): fail(error)
      case .success(let connection):
        stream = connection.open(head(), owner: self)
        flush()
      }
    }
  }

  private func head() -> RequestHead {
    var headers: Headers = [
      "content-type": "application/grpc", "te": "trailers", "user-agent": "weft", "grpc-accept-encoding": "identity, gzip",
    ]
    if options.compresses { headers.append("grpc-encoding", "gzip") }
    if let deadline { headers.append("grpc-timeout", TimeoutHeader.text(deadline.remaining)) }
    headers.append(configuration.metadata)
    headers.append(options.metadata)
    return RequestHead(
      method: .post, path: path, scheme: configuration.tls == nil ? "http" : "https", authority: channel.authority, headers: headers)
  }

  private func queue(_ frame: [UInt8], last: Bool) {
    guard outcome == nil, !isLastSent else { return }
    if last { isLastSent = true }
    guard let stream else {
      unsent.append(contentsOf: frame)
      return
    }
    if unsent.count + frame.count <= HTTPStream.highWater, mayRetry { unsent.append(contentsOf: frame) } else { forgetRequest() }
    stream.send(frame)
    if last { stream.finish() }
  }

  /// Sends what was queued before there was a stream.
  private func flush() {
    guard let stream else { return }
    stream.send(unsent)
    if unsent.count > HTTPStream.highWater { forgetRequest() }
    if isLastSent { stream.finish() }
    if let waiter = writeWaiter, !stream.isAboveHighWater {
      writeWaiter = nil
      waiter.resume(returning: .success(()))
    }
  }

  private func forgetRequest() {
    mayRetry = false
    unsent = []
  }

  private func write(_ frame: [UInt8], _ continuation: UnsafeContinuation<Result<Void, RPCError>, Never>) {
    precondition(writeWaiter == nil, "two tasks write the requests of one call")
    if case .failure(let error)? = outcome { return continuation.resume(returning: .failure(error)) }
    guard outcome == nil, !isLastSent else {
      return continuation.resume(returning: .failure(RPCError(.failedPrecondition, "调用已结束，不能再发送请求消息")))
    }
    queue(frame, last: false)
    let isFull = stream.map(\.isAboveHighWater) ?? (unsent.count > HTTPStream.highWater)
    if isFull { writeWaiter = continuation } else { continuation.resume(returning: .success(())) }
  }

  private func read(_ continuation: UnsafeContinuation<Result<[UInt8]?, RPCError>, Never>) {
    precondition(readWaiter == nil, "two tasks read the replies of one call")
    if let reply = poll() { continuation.resume(returning: reply) } else { readWaiter = continuation }
  }

  /// The next reply or the end; nil while neither is there.
  private func poll() -> Result<[UInt8]?, RPCError>? {
    if case .failure(let error)? = outcome { return .failure(error) }
    guard let stream, initial != nil else { return outcome.map { $0.map { nil } } }
    var reply: [UInt8] = []
    do throws(RPCError) {
      let taken = try reader.next(stream) { (payload: UnsafeRawBufferPointer) throws(RPCError) in reply = Array(payload) }
      switch taken {
      case .message: return .success(reply)
      case .wait: return nil
      case .end:
        end()
        return outcome.map { $0.map { nil } }
      }
    } catch {
      fail(error)
      return .failure(error)
    }
  }

  private func awaitHead(_ continuation: UnsafeContinuation<Result<Metadata, RPCError>, Never>) {
    if let initial { return continuation.resume(returning: .success(initial)) }
    if case .failure(let error)? = outcome { return continuation.resume(returning: .failure(error)) }
    headWaiter = continuation
  }

  // MARK: HTTPStreamOwner

  func streamChanged(_ stream: HTTPStream) {
    guard outcome == nil else { return stream.consume(stream.inbound.count) }
    if initial == nil, let response = stream.response {
      forgetRequest()
      guard accept(response) else { return }
    }
    guard let waiter = readWaiter else {
      if stream.inboundEnded, stream.inbound.isEmpty, initial != nil { end() }
      return
    }
    // Taken out first: the end of the call, which `poll` may find, resumes whoever stands there.
    readWaiter = nil
    if let reply = poll() { waiter.resume(returning: reply) } else { readWaiter = waiter }
  }

  /// Reads the head of the answer.
  ///
  /// - Returns: Whether it is one of gRPC.
  private func accept(_ response: ResponseHead) -> Bool {
    let isGRPC = response.headers.withValue(of: "content-type") { value in
      value.map { $0.starts(with: "application/grpc".utf8) } ?? false
    }
    guard response.status == 200, isGRPC else {
      if response.headers.contains("grpc-status") {
        fail(StatusReader.error(response.headers) ?? RPCError(.unknown, ""))
      } else {
        fail(RPCError(StatusCode(httpStatus: response.status), "答复不是 gRPC：HTTP 状态 \(response.status)"))
      }
      return false
    }
    if let encoding = response.headers["grpc-encoding"], encoding != "identity" {
      guard encoding == "gzip" else {
        fail(RPCError(.internalError, "答复使用了没有请求的 grpc-encoding：\(encoding)"))
        return false
      }
      reader.encoding = .gzip
    }
    let metadata = Metadata(response.headers)
    initial = metadata
    if let waiter = headWaiter {
      headWaiter = nil
      waiter.resume(returning: .success(metadata))
    }
    return true
  }

  /// The stream has ended as it should and everything was read: the trailers tell how.
  private func end() {
    guard outcome == nil, let stream else { return }
    let isTrailersOnly = stream.inboundTrailers == nil
    let trailers = stream.inboundTrailers ?? stream.response?.headers ?? Headers()
    trailing = Metadata(trailers)
    guard trailers.contains("grpc-status") else {
      return fail(RPCError(.unknown, isTrailersOnly ? "答复没有 grpc-status" : "答复的尾部没有 grpc-status"))
    }
    finish(StatusReader.error(trailers).map { .failure($0) } ?? .success(()))
  }

  func streamWritable(_ stream: HTTPStream) {
    guard let waiter = writeWaiter else { return }
    writeWaiter = nil
    waiter.resume(returning: .success(()))
  }

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    guard outcome == nil, stream === self.stream else { return }
    switch reason {
    case .finished: streamChanged(stream)
    case .reset(let code):
      // A server that has answered whole may reset a stream whose request is still coming (RFC 9113, section 8.1).
      if isAnswerWhole(stream) { return streamChanged(stream) }
      if reason.isRetryable, mayRetry { return retry() }
      fail(RPCError(StatusCode(resetCode: code), "流被重置（HTTP/2 错误码 \(code)）"))
    case .connectionLost:
      if isAnswerWhole(stream) { return streamChanged(stream) }
      fail(RPCError(.unavailable, "连接中断"))
    }
  }

  /// Whether the status is there: in trailers, or in the head of an answer that has nothing else. `inboundEnded` does not tell, since a stream that
  /// was cut off has ended too.
  private func isAnswerWhole(_ stream: HTTPStream) -> Bool {
    stream.inboundTrailers != nil || stream.response?.headers.contains("grpc-status") == true
  }

  /// The server has not looked at the call: once more, on another connection if this one is going away.
  private func retry() {
    mayRetry = false
    stream = nil
    open()
  }

  private func fail(_ error: RPCError) {
    guard outcome == nil else { return }
    stream?.reset(HTTPErrorCode.cancel)
    finish(.failure(error))
  }

  private func finish(_ result: Result<Void, RPCError>) {
    outcome = result
    unsent = []
    if let deadlineTimer { loop.cancel(deadlineTimer) }
    deadlineTimer = nil
    if case .failure(let error) = result { trailing.append(error.metadata) }
    if let waiter = readWaiter {
      readWaiter = nil
      waiter.resume(returning: result.map { nil })
    }
    if let waiter = writeWaiter {
      writeWaiter = nil
      waiter.resume(returning: result)
    }
    if let waiter = headWaiter {
      headWaiter = nil
      waiter.resume(returning: result.map { Metadata() })
    }
  }
}

/// Reads how a call ended from its trailers.
enum StatusReader {
  /// nil for OK.
  static func error(_ trailers: Headers) -> RPCError? {
    guard let text = trailers["grpc-status"], let number = Int(text) else { return RPCError(.unknown, "grpc-status 无法读取") }
    let code = StatusCode(rawValue: number) ?? .unknown
    guard code != .ok else { return nil }
    var error = RPCError(code, trailers["grpc-message"].map(StatusText.decode) ?? "")
    if let details = trailers["grpc-status-details-bin"].flatMap({ Base64.decode($0.utf8) }) { StatusDetails.decode(details, into: &error) }
    error.metadata = Metadata(trailers)
    return error
  }
}
