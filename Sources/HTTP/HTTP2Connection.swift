internal import Net
internal import Platform

/// One HTTP/2 connection, of a server or a client: its streams and their concurrency slots, the order of receiving, telling and sending, the
/// abuse budget, timeouts and drain. Frames are `HTTP2Session`'s business. Confined to its loop.
final class HTTP2Connection: HTTPConnection, @unchecked Sendable {
  private enum Drain {
    case no
    case noticed(MonotonicInstant)
    case announced
  }

  private let limits: HTTPLimits
  private let handler: (any HTTPHandler)?
  private let isRefused: Bool
  private var sessionOfConnection: HTTP2Session?
  /// Every stream whose slot is taken: not closed yet, or closed while its handler still runs.
  @exclusivity(unchecked) private var streams: [HTTPStream] = []
  /// What has to be told once nghttp2 is off the stack.
  @exclusivity(unchecked) private var noted: [HTTPStream] = []
  @exclusivity(unchecked) private var isTelling = false
  @exclusivity(unchecked) private var budget: AbuseBudget
  /// A server looks at its peer's frames before nghttp2 does, which ignores some in silence.
  @exclusivity(unchecked) private var scanner: FrameScanner
  @exclusivity(unchecked) private var skippedStreams = SkippedStreams()
  private var drainState = Drain.no
  /// GOAWAY was submitted because of what the peer did: nothing it sends is read any more.
  private var isTerminating = false
  private var hasSettings = false
  @exclusivity(unchecked) private var headSince: MonotonicInstant?
  private var idleSince: MonotonicInstant
  /// A client's connection that must not take new streams: GOAWAY came, or it closed.
  private(set) var isGoingAway = false
  /// A client is told about an answered PING, the end of a stream, and the end of all.
  var whenPingAnswered: (() -> Void)?
  var whenClosed: (() -> Void)?

  /// A server's connection.
  init(transport: Transport, home: ConnectionHome, isRefused: Bool) {
    limits = home.limits
    handler = home.handler
    self.isRefused = isRefused
    budget = AbuseBudget(burst: limits.abuseBurst, perSecond: limits.abusePerSecond, now: transport.loop.now)
    scanner = FrameScanner(skip: HTTP2Session.prefaceBytes)
    idleSince = transport.loop.now
    super.init(transport: transport, home: home)
    sessionOfConnection = HTTP2Session(connection: self, isServer: true, limits: limits)
    if isRefused {
      session.submitGoAway(HTTPErrorCode.enhanceYourCalm, "too many connections")
      drainState = .announced
    }
  }

  /// A client's connection.
  init(transport: Transport, limits: HTTPLimits) {
    self.limits = limits
    handler = nil
    isRefused = false
    budget = AbuseBudget(burst: limits.abuseBurst, perSecond: limits.abusePerSecond, now: transport.loop.now)
    scanner = FrameScanner(skip: 0)
    idleSince = transport.loop.now
    super.init(transport: transport, home: nil)
    sessionOfConnection = HTTP2Session(connection: self, isServer: false, limits: limits)
    markDirty()
  }

  /// Set once in `init`, after `self` was whole.
  private var session: HTTP2Session {
    guard let session = sessionOfConnection else { preconditionFailure("an HTTP/2 connection without its session") }
    return session
  }

  private var isServer: Bool { handler != nil }

  /// Streams that take a slot now.
  var streamCount: Int { streams.count }

  // MARK: Receiving

  override func receive(_ bytes: UnsafeRawBufferPointer) {
    var failure: UInt32?
    // In slices, so that a flood is noticed before nghttp2's own queues are full of answers to it.
    var at = 0
    while at < bytes.count, failure == nil, !isTerminating, !isClosed {
      let end = min(bytes.count, at + 16 * 1024)
      let slice = UnsafeRawBufferPointer(rebasing: bytes[at..<end])
      let wrong = isServer ? scan(slice) : nil
      // What came before the wrong frame was right.
      if case .failed(let code) = session.receive(UnsafeRawBufferPointer(rebasing: slice[..<(wrong ?? slice.count)])) { failure = code }
      at = end
      endAbuse()
      if wrong != nil, failure == nil { terminate(HTTPErrorCode.protocolError) }
    }
    headSince = session.headStream == 0 ? nil : headSince ?? loop.now
    markDirty()
    tell()
    if let failure { fail(failure) }
  }

  /// Counts the frames that nghttp2 says nothing of.
  ///
  /// - Returns: Where a frame begins that is an error of the connection nghttp2 does not see, if there is one.
  private func scan(_ bytes: UnsafeRawBufferPointer) -> Int? {
    scanner.scan(bytes) { frame in
      switch frame.type {
      case FrameHeader.data:
        // On whatever stream, closed ones too.
        if frame.length == 0, frame.flags & FrameHeader.endStream == 0 { count(.emptyData) }
      case FrameHeader.headers:
        return frame.stream & 1 == 0 || skippedStreams.mayHaveOpened(frame.stream)
      case (FrameHeader.continuation + 1)...:
        count(.unknown)
      default:
        break
      }
      return true
    }
  }

  private func endAbuse() {
    guard isServer, let kind = budget.exceeded, !isTerminating else { return }
    home?.counters.abused(kind)
    terminate(HTTPErrorCode.enhanceYourCalm)
  }

  private func terminate(_ code: UInt32) {
    guard !isTerminating else { return }
    isTerminating = true
    session.terminate(code)
  }

  /// nghttp2 gave up: what it still has is sent, then a GOAWAY of our own making, since it makes none any more.
  private func fail(_ code: UInt32) {
    guard !isClosed, lingersSince == nil else { return }
    if code == HTTPErrorCode.enhanceYourCalm { home?.counters.abused(.continuation) }
    flush()
    guard !isClosed, lingersSince == nil else { return }
    let last = UInt32(bitPattern: session.lastStream)
    // RFC 9113, 6.8: length 8, type 7, no flags, stream 0; last stream, code.
    var frame: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0]
    for word in [last, code] {
      frame += [
        UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16), UInt8(truncatingIfNeeded: word >> 8),
        UInt8(truncatingIfNeeded: word),
      ]
    }
    frame.withUnsafeBytes { transport.write($0) }
    linger()
  }

  // MARK: What the session notes

  func note(_ stream: HTTPStream, _ event: StreamEvents) {
    stream.events.insert(event)
    guard !stream.events.contains(.listed) else { return }
    stream.events.insert(.listed)
    noted.append(stream)
  }

  func count(_ kind: AbuseKind) {
    if isServer { budget.count(kind, loop.now) }
  }

  func sentFrame(isData: Bool) { budget.sentFrame(isData: isData) }

  /// Whether one more stream would exceed what the peer was told.
  var isFull: Bool { streams.count >= limits.streamsMax || isRefused }

  func opened(_ stream: HTTPStream) {
    add(stream)
    budget.openedStream()
    home?.counters.http2Request()
    note(stream, .accept)
  }

  private func add(_ stream: HTTPStream) {
    stream.slot = streams.count
    streams.append(stream)
  }

  func inboundEnded(_ stream: HTTPStream) {
    stream.inboundEnded = true
    note(stream, .changed)
  }

  func closed(_ stream: HTTPStream, _ code: UInt32) {
    guard !stream.isClosed else { return }
    // Nobody may ever consume these bytes; without their credit the connection would stall for ever.
    session.discard(stream.inbound.count)
    let isComplete = isServer ? stream.isOutboundFinished && stream.outbound.isEmpty : stream.inboundEnded
    stream.isClosed = true
    stream.inboundEnded = true
    stream.closeReason = code == 0 && isComplete ? .finished : .reset(code)
    stream.outbound.clear()
    note(stream, .closed)
  }

  func settingsReceived() {
    hasSettings = true
    count(.settings)
  }

  func pingAnswered() {
    if case .noticed = drainState { announceDrain() }
    whenPingAnswered?()
  }

  func peerIsGoingAway() {
    isGoingAway = true
  }

  // MARK: Telling the owners

  /// Tells owners what was noted. Never with nghttp2 on the stack.
  private func tell() {
    guard !isTelling else { return }
    isTelling = true
    var index = 0
    while index < noted.count {
      let stream = noted[index]
      index += 1
      stream.events.remove(.listed)
      if stream.events.contains(.accept) { accept(stream) }
      stream.deliver()
    }
    noted.removeAll(keepingCapacity: noted.capacity <= 256)
    isTelling = false
  }

  private func accept(_ stream: HTTPStream) {
    stream.events.remove(.accept)
    // Reset before it was seen: no work begins for it.
    guard !stream.isClosed, let handler else { return }
    if stream.isHeadTooLarge {
      stream.respond(ErrorAnswer.head(431), body: ErrorAnswer.body(431))
    } else {
      stream.owner = handler.accept(stream)
    }
  }

  override func streamIsDone(_ stream: HTTPStream) {
    let index = stream.slot
    guard index >= 0 else { return }
    stream.slot = -1
    stream.connection = nil
    let last = streams.removeLast()
    if last !== stream {
      streams[index] = last
      last.slot = index
    }
    guard streams.isEmpty else { return }
    idleSince = loop.now
    if case .no = drainState { return }
    markDirty()
  }

  // MARK: Sending

  override func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) {
    let isGRPC = head.headers.withValue(of: "content-type") { $0?.starts(with: HTTP2Connection.grpcType) ?? false }
    if let home, !isGRPC, !head.headers.contains("date") {
      home.withDate { session.submitResponse(stream, head, date: $0, end: end) }
    } else {
      session.submitResponse(stream, head, date: nil, end: end)
    }
    markDirty()
  }

  private static let grpcType = Array("application/grpc".utf8)

  override func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) {
    session.submitResponse(stream, table, end: end)
    markDirty()
  }

  override func outboundGrew(_ stream: HTTPStream) {
    session.resume(stream)
    markDirty()
  }

  override func consumed(_ stream: HTTPStream, _ count: Int) {
    guard !stream.isClosed, count > 0 else { return }
    session.consume(stream, count)
    markDirty()
  }

  override func reset(_ stream: HTTPStream, _ code: UInt32) {
    session.reset(stream.id, code)
    markDirty()
  }

  /// Opens a stream on a client's connection. On one that cannot take it, the owner is told so in the next turn, as REFUSED_STREAM.
  func open(_ head: RequestHead, owner: any HTTPStreamOwner, end: Bool) -> HTTPStream {
    let stream = HTTPStream(id: 0, request: head, connection: self, isServer: false)
    stream.owner = owner
    stream.isHeadSent = true
    stream.isOutboundFinished = end
    if !isClosed, !isGoingAway, lingersSince == nil, head.headers.isSendable, let id = session.submitRequest(stream, end: end) {
      stream.id = id
      add(stream)
    } else {
      stream.isClosed = true
      stream.inboundEnded = true
      stream.closeReason = .reset(HTTPErrorCode.refusedStream)
      note(stream, .closed)
      loop.execute { [self] in tell() }
    }
    markDirty()
    return stream
  }

  func ping() {
    session.submitPing()
    markDirty()
  }

  override func flush() {
    var rounds = 0
    while !isClosed, transport.unsentCount < limits.unsentBytesMax {
      let output = loop.output
      output.clear()
      session.pull(into: output, max: limits.unsentBytesMax - transport.unsentCount)
      guard output.count > 0 else { break }
      transport.write(output.bytes)
      rounds += 1
      if rounds == 4 {
        // A peer that reads as fast as we write must not keep the loop for itself.
        markDirty()
        break
      }
    }
    endAbuse()
    tell()
    guard !isClosed, lingersSince == nil else { return }
    transport.setReading(transport.unsentCount < limits.unsentBytesMax)
    if session.isFinished || isDrained { linger() }
  }

  private var isDrained: Bool {
    guard case .announced = drainState else { return false }
    return streams.isEmpty && transport.unsentCount == 0
  }

  // MARK: Time

  override func check(_ now: MonotonicInstant) {
    if let headSince, now - headSince > limits.headTimeout { return timedOut() }
    if !hasSettings, now - opened > limits.headTimeout { return timedOut() }
    if case .noticed(let since) = drainState, now - since > limits.goAwayTimeout { announceDrain() }
    if isServer, streams.isEmpty, now - idleSince > limits.idleTimeout {
      if case .no = drainState { drain() }
    }
    for stream in streams where !stream.isClosed { check(stream, now) }
  }

  private func check(_ stream: HTTPStream, _ now: MonotonicInstant) {
    if let since = stream.drainsSince {
      let isSilent = now - max(since, stream.lastInbound) > limits.lingerTimeout
      if isSilent || now - since > max(limits.lingerTimeout, limits.lingerTimeMax) { stream.reset(HTTPErrorCode.noError) }
    } else if let timeout = stream.inboundIdleTimeout, !stream.inboundEnded, stream.inbound.isEmpty, now - stream.lastInbound > timeout,
      !stream.isOutboundFinished || !isServer
    {
      if stream.owner?.streamStalled(stream) != true { stream.reset(HTTPErrorCode.cancel) }
    } else if !stream.outbound.isEmpty, now - stream.lastOutbound > limits.streamStallTimeout {
      stream.reset(HTTPErrorCode.cancel)
    }
  }

  private func timedOut() {
    home?.counters.timedOut()
    session.terminate(HTTPErrorCode.noError)
    markDirty()
  }

  // MARK: Ends

  override func drain() {
    guard case .no = drainState, !isClosed else { return }
    drainState = .noticed(loop.now)
    if isServer {
      session.submitShutdownNotice()
    } else {
      isGoingAway = true
      announceDrain()
    }
    markDirty()
  }

  private func announceDrain() {
    drainState = .announced
    session.submitGoAway(HTTPErrorCode.noError)
    markDirty()
  }

  override func loseStreams() {
    isGoingAway = true
    for stream in streams where !stream.isClosed {
      stream.isClosed = true
      stream.inboundEnded = true
      stream.closeReason = .connectionLost
      stream.outbound.clear()
      note(stream, .closed)
    }
    // The transport may have failed inside a flush that a parser or an owner is above of: tell in a turn of its own.
    loop.execute { [self] in tell() }
    whenClosed?()
    whenClosed = nil
    whenPingAnswered = nil
  }
}
