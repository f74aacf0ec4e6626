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
    let call = begin(method, request, metadata, context)
    let message = try await call.onlyReply()
    var metadata = try await call.initialMetadata()
    metadata.append(await call.trailingMetadata())
    return RPCReply(message: message, metadata: metadata)
  }

  public func serverStreaming(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCReplyStream {
    RemoteReplyStream(begin(method, request, metadata, context))
  }

  private func begin(
    _ method: MethodDescriptor, _ request: Result<[UInt8], RPCError>, _ metadata: Metadata, _ context: InvocationContext
  ) -> ClientCall {
    var metadata = metadata
    // A client of the gateway cannot speak with the gateway's voice.
    for name in ["weft-peer", "x-request-id", "weft-gateway-secret", "weft-gateway-error-bin"] { metadata.removeAll(name) }
    metadata.add("weft-peer", context.peer)
    metadata.add("x-request-id", context.requestID)
    if let gatewaySecret { metadata.add("weft-gateway-secret", gatewaySecret) }
    var message: [UInt8] = []
    switch request {
    case .success(let bytes): message = bytes
    case .failure(let error): metadata.add("weft-gateway-error-bin", binary: StatusDetails.status(error))
    }
    let call = client.start(method, CallOptions(timeout: context.timeout, metadata: metadata, replyBytesMax: Int(Int32.max)))
    call.send(ClientCall.frame(bytes: message), last: true)
    return call
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
