internal import Net
internal import Platform

/// What HTTP/1.1 and HTTP/2 connections have in common: a transport, a place in their home, one flush at the end of a turn, and an end
/// that does not lose what was just written. Confined to one loop.
///
/// `@unchecked Sendable`: the reference is captured by closures that run on that loop, and nothing else touches it.
class HTTPConnection: TransportDelegate, TurnEnding, @unchecked Sendable {
  let transport: Transport
  let loop: EventLoop
  /// The server's list that the connection stands in; nil on a client.
  let home: ConnectionHome?
  var homeIndex = -1
  private(set) var isClosed = false
  @exclusivity(unchecked) private var isDirty = false
  /// Since when the connection only waits for the peer to read what was sent; nothing received counts any more.
  private(set) var lingersSince: MonotonicInstant?
  /// While it lingers: when something last came, how much came, and whether that counts.
  private var lingerProgress: MonotonicInstant
  private var lingerBytes = 0
  private var lingersPatiently = false
  let opened: MonotonicInstant

  init(transport: Transport, home: ConnectionHome?) {
    self.transport = transport
    self.home = home
    loop = transport.loop
    opened = loop.now
    lingerProgress = opened
  }

  // MARK: What a stream asks for

  func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) { preconditionFailure("a subclass answers") }
  func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) { preconditionFailure("a subclass answers") }
  /// `outbound` grew or `isOutboundFinished` became true.
  func outboundGrew(_ stream: HTTPStream) { preconditionFailure("a subclass answers") }
  func consumed(_ stream: HTTPStream, _ count: Int) { preconditionFailure("a subclass answers") }
  func sendContinue(_ stream: HTTPStream) {}
  func reset(_ stream: HTTPStream, _ code: UInt32) { preconditionFailure("a subclass answers") }
  /// Closed, its owner told, its handler ended: its slot is free.
  func streamIsDone(_ stream: HTTPStream) { preconditionFailure("a subclass answers") }

  // MARK: What the home asks for

  /// Called every tick: what took too long ends here.
  func check(_ now: MonotonicInstant) {}
  /// Finish what is under way, take nothing new, then close.
  func drain() { preconditionFailure("a subclass answers") }
  /// Tells every owner that its stream is lost. Called once, when the connection closes or begins to linger.
  func loseStreams() {}

  // MARK: What the transport tells

  func receive(_ bytes: UnsafeRawBufferPointer) { preconditionFailure("a subclass answers") }
  func flush() { preconditionFailure("a subclass answers") }
  /// The peer sends nothing more, but the connection did not fail.
  func peerFinished() { close() }

  func transport(_ transport: Transport, received bytes: UnsafeRawBufferPointer) {
    if lingersSince == nil { receive(bytes) } else { forget(bytes.count) }
  }

  /// What comes while the connection lingers: a client that is still sending sees the answer when it is done, which is worth some patience.
  private func forget(_ count: Int) {
    guard lingersPatiently, let limits = home?.limits else { return }
    lingerBytes += count
    lingerProgress = loop.now
    if lingerBytes > limits.lingerBytesMax { close() }
  }

  func transport(_ transport: Transport, secured applicationProtocol: String?) {}

  func transport(_ transport: Transport, ended error: NetError?) {
    if error == nil, lingersSince == nil { peerFinished() } else { close() }
  }

  func transportDrained(_ transport: Transport) {
    markDirty()
  }

  /// Something may have to be sent: flush once at the end of the turn, whoever caused it.
  @inline(__always)
  final func markDirty() {
    guard !isDirty, !isClosed else { return }
    isDirty = true
    loop.atTurnEnd(self)
  }

  final func turnEnds() {
    isDirty = false
    guard !isClosed, lingersSince == nil else { return }
    flush()
  }

  // MARK: Ends

  /// Ends now; what is unsent is lost.
  final func close() {
    guard !isClosed else { return }
    isClosed = true
    transport.close()
    if lingersSince == nil { loseStreams() }
    home?.remove(self)
  }

  /// Sends the end after what is unsent, then reads and forgets until the peer ends too: closing a socket with unread bytes would send a
  /// reset, which can overtake and destroy the answer in the peer's buffer (RFC 9112, 9.6).
  ///
  /// - Parameter isPatient: The peer was answered while it sends; it is let go on as long as it does, within limits.
  final func linger(patiently isPatient: Bool = false) {
    guard !isClosed, lingersSince == nil else { return }
    lingersSince = loop.now
    lingerProgress = loop.now
    lingersPatiently = isPatient
    transport.finishWriting()
    transport.setReading(true)
    loseStreams()
  }

  /// Whether the connection has lingered for long enough, or holds up because its peer does not read.
  final func isOverdue(_ now: MonotonicInstant, _ limits: HTTPLimits) -> Bool {
    if let since = lingersSince, transport.unsentCount == 0,
      now - lingerProgress > limits.lingerTimeout || now - since > max(limits.lingerTimeout, limits.lingerTimeMax)
    {
      return true
    }
    return transport.unsentCount > 0 && now - transport.lastProgress > limits.writeStallTimeout
  }
}
