public import Protobuf

/// Where a streaming handler puts its replies.
public struct ResponseStream<Reply: Message>: Sendable {
  @usableFromInline let call: ServerCall

  @inlinable
  init(_ call: ServerCall) {
    self.call = call
  }

  /// Sends one reply. Suspends while more than the high-water mark waits to be sent, until the client has read on; many small replies written in a row
  /// leave in few DATA frames.
  ///
  /// - Throws: `CancellationError` once nobody waits for the call any more.
  @inlinable
  nonisolated(nonsending) public func write(_ reply: Reply) async throws {
    try call.checkWritable()
    call.write(reply)
    if call.isFull {
      await call.waitForRoom()
      try call.checkWritable()
    }
  }
}
