import Net
import Protobuf

/// A call that came from this process: its requests are bytes in memory, and so are its replies until somebody takes them.
final class InProcessCall: ServerCall, @unchecked Sendable {  // loop-confined, as ServerCall says
  /// A streaming handler pauses while so many bytes of replies wait, and goes on when they are fewer than a quarter.
  private static let queuedBytesMax = 64 * 1024

  private let given: Metadata
  private let context: InvocationContext
  private var gatewayError: RPCError?
  private var replies: [[UInt8]] = []
  private var queuedBytes = 0
  private var status: Result<Void, RPCError>?
  private var waiter: UnsafeContinuation<Void, Never>?
  private var isAdmitted = false
  private let requests = InProcessRequests()

  init(server: RPCServer, entry: MethodTable.Entry, metadata: Metadata, context: InvocationContext) {
    given = metadata
    self.context = context
    super.init(server: server, entry: entry, loop: context.loop)
  }

  /// Goes through the checks, then starts the handler. One that does not suspend has ended when this returns.
  func open(_ request: Result<[UInt8], RPCError>) {
    if let timeout = context.timeout { begin(timeout: timeout) }
    proceed(request)
  }

  private func proceed(_ request: Result<[UInt8], RPCError>) {
    guard mayAdmit(retry: { [self] in proceed(request) }) else { return }
    do throws(RPCError) {
      let bytes: [UInt8]
      switch request {
      case .success(let message): bytes = message
      case .failure(let error): (bytes, gatewayError) = ([], error)
      }
      guard bytes.count <= entry.messageBytesMax else { throw MessageFrame.tooLarge(bytes.count, bytesMax: entry.messageBytesMax) }
      try admit()
      start(try bytes.withUnsafeBytes { payload in Result { () throws(RPCError) in try read(single: payload) } }.get())
    } catch {
      end(error)
    }
  }

  /// The same for a call with many requests, whose handler reads them as `receive` brings them.
  func openStream(refusal: RPCError?) {
    if let timeout = context.timeout { begin(timeout: timeout) }
    proceedStream(refusal)
  }

  private func proceedStream(_ refusal: RPCError?) {
    guard mayAdmit(retry: { [self] in proceedStream(refusal) }) else { return }
    guard case .streaming(let run) = entry.method.handler else { preconditionFailure("\(method.path) takes one request") }
    do throws(RPCError) {
      try admit()
      if let refusal { throw refusal }
    } catch {
      return end(error)
    }
    isAdmitted = true
    start(run)
    wakeCaller()
  }

  // MARK: The caller's side

  /// Suspends until the handler was started.
  ///
  /// - Throws: What the call was refused with.
  func waitForAdmission() async throws(RPCError) {
    await wait { [self] in status == nil && !isAdmitted }
    try status?.get()
  }

  /// Queues one request for the handler; suspends while more than a handler should leave lying waits.
  func receive(_ request: [UInt8]) async throws(RPCError) {
    try checkReceiving()
    requests.append(request)
    messageArrived()
    guard requests.isFull else { return }
    await requests.waitForRoom()
    try checkReceiving()
  }

  private func checkReceiving() throws(RPCError) {
    try status?.get()
    if status != nil { throw RPCError(.failedPrecondition, "调用已结束，不能再发送请求消息") }
  }

  func receivedAll() {
    requests.hasEnded = true
    messageArrived()
  }

  /// Suspends until the call has ended; the caller's cancellation is the call's.
  func waitForEnd() async {
    await wait { [self] in status == nil }
  }

  /// Suspends until a reply is there or the call has ended.
  func waitForReply() async {
    // Not before the caller wants more: while a slow reader is written to, the handler is not to fill the queue again.
    if status == nil, replies.isEmpty { roomAvailable() }
    await wait { [self] in status == nil && replies.isEmpty }
  }

  private func wait(while isWaiting: () -> Bool) async {
    guard isWaiting() else { return }
    precondition(waiter == nil, "two tasks wait for one call")
    await withTaskCancellationHandler {
      while isWaiting() {
        await withUnsafeContinuation { continuation in
          // Looked at again here: a task's first steps may have been put back into the loop's row in between.
          if isWaiting() { waiter = continuation } else { continuation.resume() }
        }
      }
    } onCancel: {
      loop.execute { self.abandon(RPCError(.cancelled, "调用已取消")) }
    }
  }

  private func wakeCaller() {
    guard let waiter else { return }
    self.waiter = nil
    waiter.resume()
  }

  /// The answer to a unary call that has ended.
  func takeReply() throws(RPCError) -> RPCReply {
    try status?.get()
    guard let message = replies.first else { throw RPCError(.internalError, "服务器内部错误") }
    var metadata = responseMetadata
    metadata.append(trailingMetadata)
    return RPCReply(message: message, metadata: metadata)
  }

  /// The next of many replies; nil after the last.
  func takeStreamedReply() throws(RPCError) -> [UInt8]? {
    guard !replies.isEmpty else {
      try status?.get()
      return nil
    }
    let reply = replies.removeFirst()
    queuedBytes -= reply.count
    return reply
  }

  // MARK: The handler's side

  override func receivedMetadata() -> Metadata { given }

  override func receivedText(_ name: StaticString) -> String? { given[String(describing: name)] }

  override func receivedPeer() -> String { context.peer }

  override func receivedRequestID() -> String? { context.requestID }

  override func receivedError() -> RPCError? { gatewayError }

  override func send(_ message: inout BinaryWriter) {
    let bytes = message.bytes
    queuedBytes += bytes.count
    replies.append(bytes)
    if method.schema.serverStreaming { wakeCaller() }
  }

  override var isFull: Bool { queuedBytes > InProcessCall.queuedBytesMax }

  override func nextMessage(_ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void) throws(RPCError) -> MessageReader.Taken {
    guard let request = requests.take() else { return requests.hasEnded ? .end : .wait }
    guard request.count <= entry.messageBytesMax else { throw MessageFrame.tooLarge(request.count, bytesMax: entry.messageBytesMax) }
    try request.withUnsafeBytes { bytes in Result { () throws(RPCError) in try decode(bytes) } }.get()
    return .message
  }

  override func sendStatus(_ error: RPCError?) {
    requests.clear()
    if var error {
      error.metadata.append(responseMetadata)
      error.metadata.append(trailingMetadata)
      status = .failure(error)
    } else {
      status = .success(())
    }
    wakeCaller()
  }
}
