/// Calls the RPCs of a server in this process: the whole path of a call (token, role, limits, rules, handler), without a socket.
///
/// To be used on `context.loop`, by a task that prefers it; the call runs there too, so nothing is handed between threads. Cancelling the calling
/// task cancels the call.
public struct InProcessInvoker: RPCInvoker {
  private let server: RPCServer

  public init(_ server: RPCServer) {
    self.server = server
  }

  public func unary(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> RPCReply {
    let call = try begin(method, request, metadata, context)
    await call.waitForEnd()
    return try call.takeReply()
  }

  public func serverStreaming(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCReplyStream {
    InProcessReplyStream(try begin(method, request, metadata, context))
  }

  public func clientStreaming(
    _ method: MethodDescriptor, refusal: RPCError?, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCRequestStream {
    let call = try make(method, metadata, context)
    call.openStream(refusal: refusal)
    try await call.waitForAdmission()
    return InProcessRequestStream(call)
  }

  private func begin(
    _ method: MethodDescriptor, _ request: Result<[UInt8], RPCError>, _ metadata: Metadata, _ context: InvocationContext
  ) throws(RPCError) -> InProcessCall {
    let call = try make(method, metadata, context)
    call.open(request)
    return call
  }

  private func make(_ method: MethodDescriptor, _ metadata: Metadata, _ context: InvocationContext) throws(RPCError) -> InProcessCall {
    precondition(context.loop.inLoop, "an in-process call runs on its caller's loop")
    guard let entry = server.table.find(method.path) else { throw RPCError(.unimplemented, "未知的方法：\(method.path)") }
    return InProcessCall(server: server, entry: entry, metadata: metadata, context: context)
  }
}

/// The requests of a call in this process.
private final class InProcessRequestStream: RPCRequestStream {
  private let call: InProcessCall

  init(_ call: InProcessCall) {
    self.call = call
  }

  deinit {
    // Whoever dropped it will send no more.
    call.loop.execute { [call] in call.abandon(RPCError(.cancelled, "调用已取消")) }
  }

  func send(_ request: [UInt8]) async throws(RPCError) { try await call.receive(request) }

  func finish() { call.receivedAll() }

  func abandon(_ error: RPCError) { call.abandon(error) }

  func reply() async throws(RPCError) -> RPCReply {
    await call.waitForEnd()
    return try call.takeReply()
  }
}

/// The replies of a call in this process.
private final class InProcessReplyStream: RPCReplyStream {
  private let call: InProcessCall

  init(_ call: InProcessCall) {
    self.call = call
  }

  deinit {
    // Whoever dropped the stream wants no more of it.
    call.loop.execute { [call] in call.abandon(RPCError(.cancelled, "调用已取消")) }
  }

  func next() async throws(RPCError) -> [UInt8]? {
    await call.waitForReply()
    return try call.takeStreamedReply()
  }

  var metadata: Metadata {
    get async { call.responseMetadata }
  }

  func cancel() {
    call.loop.execute { [call] in call.abandon(RPCError(.cancelled, "调用已取消")) }
  }
}
