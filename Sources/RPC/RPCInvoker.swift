public import Net

/// Calls RPCs by their descriptors, with messages as bytes: in this process (`InProcessInvoker`) or over HTTP/2 (`HTTP2Invoker`).
///
/// Both give exactly the same answers: validation, access and rate limits run where the service is.
public protocol RPCInvoker: Sendable {
  /// One request, one reply.
  ///
  /// - Parameters:
  ///   - request: The encoded request; or the error to answer with once token, account and role have been found good, where no request could be made of
  ///     what the client sent (malformed JSON, a wrong type).
  ///   - metadata: What the client sent along, such as `authorization`.
  ///   - context: What the gateway knows about the client.
  func unary(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> RPCReply

  /// One request, many replies.
  func serverStreaming(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCReplyStream

  /// Many requests, one reply. Returns once token, account, role and limits have been found good, before the first request is asked for: so a client
  /// that may not call is told so before it has sent what it wants to send.
  ///
  /// - Parameter refusal: What to answer with after those checks, where no requests can be made of what the client sends.
  /// - Throws: What the call was refused with.
  func clientStreaming(
    _ method: MethodDescriptor, refusal: RPCError?, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCRequestStream
}

/// What a gateway knows about the client it speaks for.
public struct InvocationContext: Sendable {
  /// The loop the client's connection lives on; the caller runs on it too.
  public var loop: EventLoop
  /// The client's own address, without port, as the gateway believes it.
  public var peer: String
  /// The request's id, as the client's answer bears it.
  public var requestID: String
  /// How long the answer may take; nil: as long as the server allows.
  public var timeout: Duration?

  public init(loop: EventLoop, peer: String, requestID: String, timeout: Duration? = nil) {
    self.loop = loop
    self.peer = peer
    self.requestID = requestID
    self.timeout = timeout
  }
}

/// The answer to a unary call.
public struct RPCReply: Sendable {
  /// The encoded reply.
  public var message: [UInt8]
  /// Initial and trailing metadata; HTTP matters as `weft-http-status` and `weft-http-header-*`.
  public var metadata: Metadata

  public init(message: [UInt8], metadata: Metadata) {
    self.message = message
    self.metadata = metadata
  }
}

/// The replies of a server-streaming call.
public protocol RPCReplyStream: AnyObject, Sendable {
  /// The next encoded reply; nil after the last, if the call ended well.
  ///
  /// - Throws: The status the call ended with.
  func next() async throws(RPCError) -> [UInt8]?

  /// Initial metadata, complete once the first `next()` has returned.
  var metadata: Metadata { get async }

  /// The caller wants no more.
  func cancel()
}
