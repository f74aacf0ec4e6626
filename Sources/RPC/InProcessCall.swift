import Net
import Protobuf

/// A call that came from this process: its request is bytes in memory, its replies wait in a queue.
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

  // MARK: The caller's side

  /// Suspends until the call has ended; the caller's cancellation is the call's.
  func waitForEnd() async {
    while status == nil { await wait() }
  }

  /// Suspends until a reply is there or the call has ended.
  func waitForReply() async {
    while status == nil, replies.isEmpty { await wait() }
  }

  private func wait() async {
    precondition(waiter == nil, "two tasks wait for one call")
    await withTaskCancellationHandler {
      await withUnsafeContinuation { waiter = $0 }
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
    if queuedBytes < InProcessCall.queuedBytesMax / 4 { roomAvailable() }
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

  override func sendStatus(_ error: RPCError?) {
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
