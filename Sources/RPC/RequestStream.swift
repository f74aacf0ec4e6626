public import Protobuf

/// The requests of a streaming call, as they come. To be read by one task, once.
///
/// `next()` suspends only while nothing is there. Flow-control credit goes back to the client as messages are read, so a handler that reads slowly
/// slows the client down.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
  @usableFromInline let call: ServerCall

  @inlinable
  init(_ call: ServerCall) {
    self.call = call
  }

  @inlinable
  public func makeAsyncIterator() -> Iterator {
    Iterator(call)
  }

  public struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let call: ServerCall

    @inlinable
    init(_ call: ServerCall) {
      self.call = call
    }

    /// The next request; nil once the client has said that there are no more.
    ///
    /// - Throws: `CancellationError` once nobody waits for the call any more; `RPCError` for a message that is too large, malformed or invalid.
    @inlinable
    public mutating func next() async throws -> Request? {
      try await next(isolation: nil)
    }

    /// The same, for a caller that an actor isolates.
    @inlinable
    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Request? {
      while true {
        var request: Request?
        let taken = try call.takeMessage { (payload: UnsafeRawBufferPointer) throws(WireError) in
          request = try Request(serializedBytes: payload)
        }
        switch taken {
        case .message: return request
        case .end: return nil
        case .wait: await call.waitForMessage()
        }
      }
    }
  }
}
