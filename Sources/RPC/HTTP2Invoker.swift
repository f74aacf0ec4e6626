internal import Synchronization

/// Calls the RPCs of a remote server: what `weft gateway` stands on.
///
/// The client's address and the request's id travel as `weft-peer` and `x-request-id`; the server believes them if it knows the secret.
public struct HTTP2Invoker: RPCInvoker {
  private let client: RPCClient
  private let gatewaySecret: String?

  /// - Parameter gatewaySecret: `WEFT_GATEWAY_SECRET`; nil: the server sees the gateway's own address in every call.
  public init(_ client: RPCClient, gatewaySecret: String? = nil) {
    self.client = client
    self.gatewaySecret = gatewaySecret
  }

  public func unary(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> RPCReply {
    try await begin(method, request, metadata, context).reply()
  }

  public func serverStreaming(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCReplyStream {
    RemoteReplyStream(begin(method, request, metadata, context))
  }

  public func clientStreaming(
    _ method: MethodDescriptor, refusal: RPCError?, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCRequestStream {
    var metadata = describe(metadata, context)
    metadata.add(WireCall.earlyHead, "1")
    if let refusal { metadata.add("weft-gateway-error-bin", binary: StatusDetails.status(refusal)) }
    let call = client.start(method, CallOptions(timeout: context.timeout, metadata: metadata, replyBytesMax: Int(Int32.max)))
    let requests = RemoteRequestStream(call)
    try await call.admission()
    return requests
  }

  private func begin(
    _ method: MethodDescriptor, _ request: Result<[UInt8], RPCError>, _ metadata: Metadata, _ context: InvocationContext
  ) -> ClientCall {
    var metadata = describe(metadata, context)
    var message: [UInt8] = []
    switch request {
    case .success(let bytes): message = bytes
    case .failure(let error): metadata.add("weft-gateway-error-bin", binary: StatusDetails.status(error))
    }
    let call = client.start(method, CallOptions(timeout: context.timeout, metadata: metadata, replyBytesMax: Int(Int32.max)))
    call.send(ClientCall.frame(bytes: message), last: true)
    return call
  }

  /// What the client sent along, and what the gateway says of it.
  private func describe(_ metadata: Metadata, _ context: InvocationContext) -> Metadata {
    var metadata = metadata
    // A client of the gateway cannot speak with the gateway's voice.
    for name in ["weft-peer", "x-request-id", "weft-gateway-secret", "weft-gateway-error-bin", WireCall.earlyHead] {
      metadata.removeAll(name)
    }
    metadata.add("weft-peer", context.peer)
    metadata.add("x-request-id", context.requestID)
    if let gatewaySecret { metadata.add("weft-gateway-secret", gatewaySecret) }
    return metadata
  }
}

/// The requests of a call over the network.
private final class RemoteRequestStream: RPCRequestStream {
  private let call: ClientCall
  /// What the call was broken off with, which the server is not told.
  private let failure = Mutex<RPCError?>(nil)

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  func send(_ request: [UInt8]) async throws(RPCError) { try await call.write(ClientCall.frame(bytes: request)) }

  func finish() { call.send([], last: true) }

  func abandon(_ error: RPCError) {
    failure.withLock { if $0 == nil { $0 = error } }
    call.cancel()
  }

  func reply() async throws(RPCError) -> RPCReply {
    do throws(RPCError) {
      return try await call.reply()
    } catch {
      throw error.code == .cancelled ? failure.withLock(\.self) ?? error : error
    }
  }
}

extension ClientCall {
  /// The reply of a call that has just one, with all its metadata.
  fileprivate func reply() async throws(RPCError) -> RPCReply {
    let message = try await onlyReply()
    var metadata = try await initialMetadata()
    metadata.append(await trailingMetadata())
    return RPCReply(message: message, metadata: metadata)
  }
}

/// The replies of a call over the network.
private final class RemoteReplyStream: RPCReplyStream {
  private let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  func next() async throws(RPCError) -> [UInt8]? { try await call.nextReply() }

  var metadata: Metadata {
    get async { (try? await call.initialMetadata()) ?? Metadata() }
  }

  func cancel() { call.cancel() }
}
