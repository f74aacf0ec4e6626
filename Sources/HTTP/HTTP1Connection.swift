internal import Net
internal import Platform

/// One HTTP/1.1 connection of a server: drives `HTTP1Parser`, has one request under way at a time, and frames the responses. Confined to its loop.
///
/// Pipelined requests wait in `backlog` (at most one read's worth: then the socket is not read) and are answered in order.
final class HTTP1Connection: HTTPConnection, @unchecked Sendable {
  private enum BodyFraming { case none, length, chunked, untilClose }

  private let server: ConnectionHome
  private let isRefused: Bool
  @exclusivity(unchecked) private var parser: HTTP1Parser
  @exclusivity(unchecked) private var stream: HTTPStream?
  private var requestCount: Int32 = 0
  /// Bytes that came while a request was under way.
  @exclusivity(unchecked) private var backlog = ByteQueue()
  /// Heads, interim responses and whatever else is ready; bodies stay in the stream's own queue until the peer takes them.
  @exclusivity(unchecked) private var queued = ByteQueue()
  private var framing = BodyFraming.none
  private var keepsAlive = true
  private var owesContinue = false
  private var isDraining = false
  private var peerHasFinished = false
  /// Streams whose owner is still to be told or whose handler still runs.
  private var noted: [HTTPStream] = []
  /// Since when a request head is incomplete, or the connection idle.
  private var waitingSince: MonotonicInstant
  private var isFlushing = false

  /// How many pipelined requests are answered in one turn.
  private static let requestsPerTurnMax = 16

  init(transport: Transport, home: ConnectionHome, isRefused: Bool) {
    server = home
    self.isRefused = isRefused
    parser = HTTP1Parser(limits: home.limits, peer: transport.peer, isTLS: transport.isTLS)
    waitingSince = transport.loop.now
    super.init(transport: transport, home: home)
  }

  // MARK: Receiving

  override func receive(_ bytes: UnsafeRawBufferPointer) {
    if let stream, stream.inboundEnded {
      backlog.append(bytes)
      transport.setReading(false)
      return
    }
    parse(bytes)
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    do {
      if parser.isBetweenMessages { waitingSince = loop.now }
      while !isClosed, lingersSince == nil {
        switch try parser.next(bytes, &at) {
        case .needsMore:
          return tell()
        case .head(let head):
          begin(head)
        case .body(let part):
          stream?.inbound.append(part)
          stream?.lastInbound = loop.now
          stream?.events.insert(.changed)
        case .end(let trailers):
          if at < bytes.count { backlog.append(UnsafeRawBufferPointer(rebasing: bytes[at...])) }
          stream?.inboundTrailers = trailers
          stream?.inboundEnded = true
          stream?.events.insert(.changed)
          if !backlog.isEmpty { transport.setReading(false) }
          return tell()
        }
      }
    } catch {
      refuse(error.status)
    }
  }

  private func begin(_ head: HTTP1Parser.Head) {
    requestCount &+= 1
    server.counters.http1Request()
    let stream = HTTPStream(id: requestCount, request: head.request, connection: self, isServer: true)
    stream.inboundIdleTimeout = server.limits.bodyIdleTimeout
    stream.events.insert(.accept)
    self.stream = stream
    keepsAlive = head.keepsAlive && !isDraining
    owesContinue = head.expectsContinue
  }

  /// Tells the stream's owner what came. The parser is not on the stack's way back into `parse` any more when this is called.
  private func tell() {
    guard let stream else { return }
    if stream.events.contains(.accept) {
      stream.events.remove(.accept)
      if isRefused {
        keepsAlive = false
        stream.respond(ErrorAnswer.head(503), body: ErrorAnswer.body(503))
      } else {
        stream.owner = server.handler.accept(stream)
      }
      if !stream.isHeadSent, !stream.defersContinue { sendContinue(stream) }
    }
    stream.deliver()
    regulate()
  }

  /// Reads the socket only while there is room for what comes.
  private func regulate() {
    guard !isClosed, lingersSince == nil else { return }
    let isFull = (stream?.inbound.count ?? 0) >= server.limits.http1InboundBytesMax
    transport.setReading(!isFull && backlog.isEmpty && !peerHasFinished)
  }

  override func consumed(_ stream: HTTPStream, _ count: Int) {
    regulate()
  }

  override func peerFinished() {
    peerHasFinished = true
    // Half-closed: a complete request is still answered. Anything else can never become complete.
    guard let stream, stream.inboundEnded else { return close() }
    keepsAlive = false
    regulate()
  }

  /// Answers what was no request and ends the connection.
  private func refuse(_ status: Int) {
    guard stream?.isHeadSent != true else { return close() }
    if let stream, !stream.events.contains(.accept) {
      // The head was good and its owner waits for a body that turned out to be broken.
      lose(stream, .connectionLost)
    }
    stream = nil
    keepsAlive = false
    let body = ErrorAnswer.body(status)
    var head = ErrorAnswer.head(status)
    head.headers.append("content-length", String(body.count))
    writeHead(head, version: .http11)
    queued.append(body)
    isEnding = true
    markDirty()
  }

  /// Whatever is queued is the last that is sent.
  private var isEnding = false
  /// The client may still be sending the body of the request that was answered.
  private var drainsBody = false

  // MARK: Sending

  override func sendContinue(_ stream: HTTPStream) {
    guard owesContinue, stream === self.stream, !stream.isHeadSent else { return }
    owesContinue = false
    queued.append("HTTP/1.1 100 Continue\r\n\r\n" as StaticString)
    markDirty()
  }

  override func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) {
    guard stream === self.stream else { return }
    owesContinue = false
    let hasLength = head.headers.contains("content-length")
    let isBodiless = head.status == 204 || head.status == 304 || stream.request.method == .head
    framing =
      if isBodiless || end { .none } else if hasLength { .length } else if stream.request.version == .http11 { .chunked } else {
        .untilClose
      }
    // An answer before its request is whole: what is left of the request may be long, so the connection ends after it.
    if framing == .untilClose || !stream.inboundEnded { keepsAlive = false }
    writeHead(head, version: stream.request.version, addsLength: end && !hasLength && !isBodiless)
    markDirty()
  }

  override func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) {
    sendHead(stream, ResponseHead(status: table.status ?? 200, headers: table.headers), end: end)
  }

  private func writeHead(_ head: ResponseHead, version: HTTPVersion, addsLength: Bool = false) {
    queued.append("HTTP/1.1 " as StaticString)
    queued.append(String(head.status))
    queued.append(" " as StaticString)
    queued.append(ErrorAnswer.phrase(head.status))
    queued.append("\r\n" as StaticString)
    head.headers.forEachField { name, value in
      guard !isFramingField(name) else { return }
      queued.append(name)
      queued.append(": " as StaticString)
      queued.append(value)
      queued.append("\r\n" as StaticString)
    }
    if !head.headers.contains("date") {
      queued.append("date: " as StaticString)
      server.withDate { queued.append($0) }
      queued.append("\r\n" as StaticString)
    }
    if addsLength { queued.append("content-length: 0\r\n" as StaticString) }
    if framing == .chunked { queued.append("transfer-encoding: chunked\r\n" as StaticString) }
    if !keepsAlive || isDraining {
      keepsAlive = false
      queued.append("connection: close\r\n" as StaticString)
    } else if version == .http10 {
      queued.append("connection: keep-alive\r\n" as StaticString)
    }
    queued.append("\r\n" as StaticString)
  }

  /// The connection's own business, not the application's.
  private func isFramingField(_ name: UnsafeRawBufferPointer) -> Bool {
    func equals(_ text: StaticString) -> Bool {
      equalIgnoringCase(name, UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    return switch name.count {
    case 10: equals("connection") || equals("keep-alive")
    case 17: equals("transfer-encoding")
    default: false
    }
  }

  override func outboundGrew(_ stream: HTTPStream) {
    if stream === self.stream { markDirty() }
  }

  override func flush() {
    guard !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    var requests = 0
    while !isClosed, lingersSince == nil {
      writeReady()
      if !isClosed, isResponseComplete { finishResponse() }
      guard stream == nil, !backlog.isEmpty, !isEnding, !isClosed, lingersSince == nil else { break }
      if requests == Self.requestsPerTurnMax {
        markDirty()
        break
      }
      requests += 1
      nextFromBacklog()
    }
    guard !isClosed, lingersSince == nil else { return }
    if isEnding, queued.isEmpty { return linger(patiently: drainsBody) }
    // The kernel took everything and would take more; with something unsent it tells when.
    if let stream, stream.isHeadSent, !stream.outbound.isEmpty, transport.unsentCount == 0 { markDirty() }
  }

  private func nextFromBacklog() {
    let waiting = backlog
    backlog.clear()
    waiting.withUnsafeBytes { parse($0) }
    regulate()
  }

  /// Hands the transport the head, and of the body as much as it should hold.
  private func writeReady() {
    guard !isClosed, lingersSince == nil else { return }
    let output = loop.output
    output.clear()
    if !queued.isEmpty {
      queued.withUnsafeBytes { if let start = $0.baseAddress { output.append(start, $0.count) } }
      queued.consume(queued.count)
    }
    if let stream, stream.isHeadSent { gatherBody(stream, output) }
    guard output.count > 0 else { return }
    transport.write(output.bytes)
  }

  private func gatherBody(_ stream: HTTPStream, _ output: OutputBuffer) {
    let room = server.limits.unsentBytesMax - transport.unsentCount - output.count
    let count = min(stream.outbound.count, max(0, room))
    if count > 0 {
      if framing == .chunked { append(chunkSize: count, to: output) }
      if framing != .none {
        stream.outbound.withUnsafeBytes { if let start = $0.baseAddress { output.append(start, count) } }
      }
      stream.outbound.consume(count)
      stream.lastOutbound = loop.now
      if framing == .chunked { append("\r\n", to: output) }
      if stream.wasAboveHighWater, stream.outbound.count <= HTTPStream.lowWater {
        stream.wasAboveHighWater = false
        stream.events.insert(.writable)
        loop.execute { [self] in stream === self.stream ? stream.deliver() : () }
      }
    }
    if stream.isOutboundFinished, stream.outbound.isEmpty, framing == .chunked {
      append("0\r\n\r\n", to: output)
      framing = .none
    }
  }

  private func append(_ text: StaticString, to output: OutputBuffer) {
    output.append(text.utf8Start, text.utf8CodeUnitCount)
  }

  private func append(chunkSize: Int, to output: OutputBuffer) {
    let text = Array((String(chunkSize, radix: 16) + "\r\n").utf8)
    text.withUnsafeBytes { if let start = $0.baseAddress { output.append(start, $0.count) } }
  }

  private var isResponseComplete: Bool {
    guard let stream else { return false }
    return stream.isHeadSent && stream.isOutboundFinished && stream.outbound.isEmpty && !stream.isClosed
  }

  private func finishResponse() {
    guard let stream else { return }
    // An answer to an unfinished request ends the connection, so that the rest of the request cannot be taken for the next one.
    let isWhole = stream.inboundEnded
    self.stream = nil
    stream.isClosed = true
    stream.inboundEnded = true
    stream.closeReason = .finished
    stream.events.insert(.closed)
    noted.append(stream)
    stream.deliver()
    waitingSince = loop.now
    drainsBody = !isWhole
    if !keepsAlive || !isWhole { isEnding = true } else { regulate() }
  }

  override func streamIsDone(_ stream: HTTPStream) {
    stream.connection = nil
    noted.removeAll { $0 === stream }
  }

  // MARK: Ends

  override func reset(_ stream: HTTPStream, _ code: UInt32) {
    guard stream === self.stream else { return }
    self.stream = nil
    lose(stream, .reset(code))
    // There is no other way to tell an HTTP/1.1 client that the rest of a response will not come.
    if stream.isHeadSent { close() } else { endAfterReset() }
  }

  private func endAfterReset() {
    isEnding = true
    markDirty()
  }

  private func lose(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    guard !stream.isClosed else { return }
    stream.isClosed = true
    stream.inboundEnded = true
    stream.closeReason = reason
    stream.outbound.clear()
    stream.events.insert(.closed)
    noted.append(stream)
    // In a turn of its own: an owner may be on the stack.
    loop.execute { stream.deliver() }
  }

  override func loseStreams() {
    guard let stream else { return }
    self.stream = nil
    if stream.events.contains(.accept) { return }
    lose(stream, .connectionLost)
  }

  override func drain() {
    isDraining = true
    keepsAlive = false
    if stream == nil, queued.isEmpty, backlog.isEmpty, parser.isBetweenMessages { linger() }
    // Nobody waits twenty seconds for the rest of a request that its client has stopped sending.
    if let stream, !stream.inboundEnded { stream.inboundIdleTimeout = min(stream.inboundIdleTimeout ?? .seconds(2), .seconds(2)) }
  }

  // MARK: Time

  override func check(_ now: MonotonicInstant) {
    let limits = server.limits
    if let stream {
      if let timeout = stream.inboundIdleTimeout, !stream.inboundEnded, stream.inbound.isEmpty, now - stream.lastInbound > timeout {
        server.counters.timedOut()
        if stream.owner?.streamStalled(stream) != true { refuse(408) }
      }
      return
    }
    guard parser.isBetweenMessages else {
      if now - waitingSince > limits.headTimeout {
        server.counters.timedOut()
        refuse(408)
      }
      return
    }
    let limit = requestCount == 0 ? limits.headTimeout : limits.keepAliveTimeout
    if now - waitingSince > limit { close() }
  }
}
