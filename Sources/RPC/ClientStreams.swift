public import Protobuf

/// A call with many replies: `for try await reply in call`. Dropping it cancels the call.
public final class ServerStreamingCall<Reply: Message>: AsyncSequence, Sendable {
  private let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  /// The next reply; nil after the last, if the call ended well. To be called by one task at a time.
  public func next() async throws(RPCError) -> Reply? {
    guard let bytes = try await call.nextReply() else { return nil }
    return try Reply(reply: bytes)
  }

  /// What the server sent before the first reply; waits for it.
  public func initialMetadata() async throws(RPCError) -> Metadata { try await call.initialMetadata() }

  /// What the server sent after the last reply; empty until `next()` has returned nil.
  public func trailingMetadata() async -> Metadata { await call.trailingMetadata() }

  /// Ends the call; `next()` throws CANCELLED.
  public func cancel() { call.cancel() }

  public func makeAsyncIterator() -> Iterator { Iterator(call: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let call: ServerStreamingCall<Reply>

    public mutating func next() async throws -> Reply? { try await call.next() }
  }
}

/// A call with many requests and one reply. Dropping it before `finish()` cancels the call.
public final class ClientStreamingCall<Request: Message, Reply: Message>: Sendable {
  private let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  /// Sends one request; suspends while too much waits to be sent.
  ///
  /// - Parameter isCompressed: False sends this one as it is where the call's options say to compress.
  /// - Throws: The call's status, if it has ended already.
  public func write(_ request: Request, isCompressed: Bool = true) async throws(RPCError) {
    try await call.write(call.frame(request, mayCompress: isCompressed))
  }

  /// Says that there are no more requests and waits for the reply.
  public func finish() async throws(RPCError) -> Reply {
    call.send([], last: true)
    return try Reply(reply: try await call.onlyReply())
  }

  /// What the server sent before its reply; waits for it.
  public func initialMetadata() async throws(RPCError) -> Metadata { try await call.initialMetadata() }

  /// What the server sent after its reply; empty until `finish()` has returned.
  public func trailingMetadata() async -> Metadata { await call.trailingMetadata() }

  /// Ends the call; `finish()` throws CANCELLED.
  public func cancel() { call.cancel() }
}

/// A call with many requests and many replies. Dropping it cancels the call.
public final class BidirectionalCall<Request: Message, Reply: Message>: AsyncSequence, Sendable {
  private let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit { call.cancel() }

  /// Sends one request; suspends while too much waits to be sent.
  ///
  /// - Parameter isCompressed: False sends this one as it is where the call's options say to compress.
  /// - Throws: The call's status, if it has ended already.
  public func write(_ request: Request, isCompressed: Bool = true) async throws(RPCError) {
    try await call.write(call.frame(request, mayCompress: isCompressed))
  }

  /// Says that there are no more requests.
  public func finishWriting() {
    call.send([], last: true)
  }

  /// The next reply; nil after the last, if the call ended well. To be called by one task at a time.
  public func next() async throws(RPCError) -> Reply? {
    guard let bytes = try await call.nextReply() else { return nil }
    return try Reply(reply: bytes)
  }

  /// What the server sent before the first reply; waits for it.
  public func initialMetadata() async throws(RPCError) -> Metadata { try await call.initialMetadata() }

  /// What the server sent after the last reply; empty until `next()` has returned nil.
  public func trailingMetadata() async -> Metadata { await call.trailingMetadata() }

  /// Ends the call; `next()` throws CANCELLED.
  public func cancel() { call.cancel() }

  public func makeAsyncIterator() -> Iterator { Iterator(call: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let call: BidirectionalCall<Request, Reply>

    public mutating func next() async throws -> Reply? { try await call.next() }
  }
}
