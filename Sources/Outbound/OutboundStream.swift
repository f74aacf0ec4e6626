/// An answer whose body is read piece by piece. One reader at a time; dropping it breaks the answer off.
public final class OutboundStream: Sendable {
  /// 200 to 599.
  public let status: Int
  /// In the order they came; names in lower case.
  public let headers: [(name: String, value: String)]
  private let buffer: StreamBuffer
  private let call: OutboundCall

  init(status: Int, headers: [(name: String, value: String)], buffer: StreamBuffer, call: OutboundCall) {
    self.status = status
    self.headers = headers
    self.buffer = buffer
    self.call = call
  }

  deinit { call.cancel() }

  /// The first value of a header, by its name in lower case.
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The next bytes of the body, at most 256 KiB and never empty; nil at the end.
  ///
  /// - Throws: Why there is no end; `.cancelled` after `cancel`.
  public func next() async throws(OutboundError) -> [UInt8]? {
    let (piece, mayGoOn) = await buffer.next()
    if mayGoOn { call.resume() }
    return try piece.get()
  }

  /// Breaks the answer off.
  public func cancel() {
    buffer.end(.failure(.cancelled))
    call.cancel()
  }
}
