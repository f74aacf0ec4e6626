public import Protobuf

/// A call of any kind whose messages are bytes: for who knows an RPC by what a server says of itself, not by generated code.
///
/// A kind with one request is one `write` and `finishWriting`; one with one reply is `next` until it gives nil. Dropping it cancels the call.
public final class BytesCall: Sendable {
  private let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  /// Sends one encoded request; suspends while too much waits to be sent. By one task at a time.
  ///
  /// - Throws: The call's status, if it has ended already.
  public func write(_ request: [UInt8]) async throws(RPCError) {
    try await call.write(ClientCall.frame(bytes: request))
  }

  /// Says that there are no more requests.
  public func finishWriting() {
    call.send([], last: true)
  }

  /// The next encoded reply; nil after the last, if the call ended well. By one task at a time.
  public func next() async throws(RPCError) -> [UInt8]? { try await call.nextReply() }

  /// What the server sent before the first reply; waits for it.
  public func initialMetadata() async throws(RPCError) -> Metadata { try await call.initialMetadata() }

  /// What the server sent at the end; empty until then.
  public func trailingMetadata() async -> Metadata { await call.trailingMetadata() }

  /// Ends the call; `next()` throws CANCELLED.
  public func cancel() { call.cancel() }
}

extension RPCClient {
  /// Calls `package.Service/Method`. The options that its proto may have do not matter to a caller and are not read.
  public func bytes(_ method: MethodSchema, options: CallOptions = CallOptions()) -> BytesCall {
    BytesCall(start(path: "/" + method.fullName, options))
  }
}
