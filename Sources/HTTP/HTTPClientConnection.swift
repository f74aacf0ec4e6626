public import Net

/// An HTTP/2 connection to a server, plain (prior knowledge) or with TLS (ALPN `h2`), on one loop.
///
/// Confined to `loop` except for `connect` (hence `@unchecked Sendable`: the reference travels, the uses stay).
public final class HTTPClientConnection: @unchecked Sendable {
  public let loop: EventLoop
  private let connection: HTTP2Connection
  private let keepAlive: Duration?
  private let keepAliveTimeout: Duration
  private var pingTimer: TimerHandle?
  private var checkTimer: TimerHandle?

  /// Connects, shakes hands and returns.
  ///
  /// - Parameters:
  ///   - host: A name or a numeric address. With TLS the certificate must be for it.
  ///   - tls: Made with `TLSContext(client:)`; nil for plain text.
  ///   - loop: Where the connection lives.
  ///   - timeout: For name look-up, connect and handshake together.
  ///   - keepAlive: Sends a PING after so long; a peer that does not answer within `keepAliveTimeout` is lost. nil: none.
  /// - Throws: `NetError`: `.unresolvable`, `.connectionRefused`, `.timedOut`, `.tls`, `.system`.
  public static func connect(
    to host: String, port: UInt16, tls: TLSContext? = nil, loop: EventLoop, timeout: Duration = .seconds(10), keepAlive: Duration? = nil,
    keepAliveTimeout: Duration = .seconds(10), limits: HTTPLimits = HTTPLimits()
  ) async throws(NetError) -> HTTPClientConnection {
    let connected = try await Connector.connect(host: host, port: port, tls: tls, loop: loop, timeout: timeout)
    guard tls == nil || connected.applicationProtocol == "h2" else {
      loop.execute { connected.transport.close() }
      throw NetError(.tls, "\(host):\(port) does not offer HTTP/2 (ALPN h2)")
    }
    return await withCheckedContinuation { continuation in
      loop.execute {
        continuation.resume(
          returning: HTTPClientConnection(connected.transport, limits: limits, keepAlive: keepAlive, keepAliveTimeout: keepAliveTimeout))
      }
    }
  }

  private init(_ transport: Transport, limits: HTTPLimits, keepAlive: Duration?, keepAliveTimeout: Duration) {
    loop = transport.loop
    self.keepAlive = keepAlive
    self.keepAliveTimeout = keepAliveTimeout
    connection = HTTP2Connection(transport: transport, limits: limits)
    transport.delegate = connection
    transport.start()
    scheduleCheck(limits)
    schedulePing()
  }

  /// Whether new streams may be opened: connected, and the peer has not said GOAWAY.
  public var isUsable: Bool { !connection.isClosed && !connection.isGoingAway }

  /// Streams that are open or whose handler still runs.
  public var streamCount: Int { connection.streamCount }

  /// Sends a request's head. Its body follows by `send` and `finish` on the stream returned; nothing is reported before this returns.
  ///
  /// On a connection that is not usable any more, the owner is told `streamClosed(.reset(REFUSED_STREAM))` in a later turn: try another.
  /// A stream that GOAWAY says was not processed ends in the same way.
  ///
  /// - Parameter end: The request has no body.
  public func open(_ head: RequestHead, owner: any HTTPStreamOwner, end: Bool = false) -> HTTPStream {
    precondition(loop.inLoop)
    return connection.open(head, owner: owner, end: end)
  }

  /// Called once on the loop when the connection has ended, however it ended.
  public func whenClosed(_ body: @escaping () -> Void) {
    if connection.isClosed { loop.schedule(after: .zero, body) } else { connection.whenClosed = body }
  }

  /// Says GOAWAY, lets open streams finish, then closes.
  public func close() {
    precondition(loop.inLoop)
    connection.drain()
  }

  /// Closes now; open streams are lost.
  public func abort() {
    precondition(loop.inLoop)
    connection.close()
  }

  private func scheduleCheck(_ limits: HTTPLimits) {
    loop.schedule(after: limits.tick) { [weak self] in
      guard let self, !connection.isClosed else { return }
      if connection.isOverdue(loop.now, limits) {
        connection.close()
      } else {
        connection.check(loop.now)
        scheduleCheck(limits)
      }
    }
  }

  private func schedulePing() {
    guard let keepAlive else { return }
    pingTimer = loop.schedule(after: keepAlive) { [weak self] in
      guard let self, isUsable else { return }
      connection.ping()
      let timeout = loop.schedule(after: keepAliveTimeout) { [weak self] in self?.connection.close() }
      connection.whenPingAnswered = { [weak self] in
        guard let self else { return }
        loop.cancel(timeout)
        connection.whenPingAnswered = nil
        schedulePing()
      }
    }
  }
}
