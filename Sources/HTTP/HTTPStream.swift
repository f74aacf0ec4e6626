public import Net
internal import Platform

/// One request and its response, over HTTP/1.1 or HTTP/2, on a server or a client.
///
/// Confined to `loop`: every member is used on that loop's thread only (hence `@unchecked Sendable`: the reference may travel,
/// the uses may not). Nothing here blocks, suspends or throws; after `streamClosed` every call is harmless and does nothing.
/// What is sent is queued and written once at the end of the loop's turn.
///
/// Exclusivity of the properties that every request touches is not checked at run time: that took a tenth of the time of a call,
/// and one thread with no callbacks inside an access cannot violate it.
public final class HTTPStream: @unchecked Sendable {
  /// Above this many queued bytes `isAboveHighWater` is true: a well-behaved sender waits for `streamWritable`.
  public static let highWater = 64 * 1024
  /// `streamWritable` comes when the queue fell to this.
  public static let lowWater = 16 * 1024

  public let loop: EventLoop
  /// The request as it came (server) or was sent (client).
  public internal(set) var request: RequestHead
  /// The response's head: on a client once it came, on a server once it was sent (nil for a `HeaderTable`).
  public internal(set) var response: ResponseHead?
  /// Received, not yet consumed. Bounded: by the 256 KiB window on HTTP/2, by pausing the socket on HTTP/1.1.
  @exclusivity(unchecked) public internal(set) var inbound = ByteQueue()
  /// Nothing more will be added to `inbound`.
  @exclusivity(unchecked) public internal(set) var inboundEnded = false
  /// Trailers of the message received; nil when there were none or while it has not ended.
  public internal(set) var inboundTrailers: Headers?
  /// The length that the request (on a client: the response) declares; nil when unknown. Known before any of it arrived:
  /// compare it with the limit for an early 413.
  public var declaredLength: Int? {
    let headers = isServer ? request.headers : (response?.headers ?? Headers())
    return headers.withValue(of: "content-length") { $0.flatMap { HTTP1Parser.decimal($0) } }
  }
  /// Whether the stream has ended (`streamClosed` was or is about to be called).
  @exclusivity(unchecked) public internal(set) var isClosed = false
  /// Whether it ended before both sides had said everything: what lies in `inbound` is not all there was, though nothing more comes.
  public var wasCutOff: Bool { isClosed && closeReason != .finished }
  /// When set, the stream is reset if the peer owes body bytes and sends none for so long. HTTP/1.1 servers
  /// begin with `HTTPLimits.bodyIdleTimeout`, HTTP/2 with none, since a quiet gRPC stream is no fault.
  public var inboundIdleTimeout: Duration?
  /// Set in `accept` to send `100 Continue` later by `continue100()` instead of right after `accept`.
  public var defersContinue = false

  /// HTTP/2: a client that was answered before it has sent its whole body may go on sending for a while before it is asked, by RST_STREAM(NO_ERROR),
  /// to stop. RFC 9113, section 8.1, says that such a reset is no reason to discard the answer; curl 7.88 does, and httpx waits for leave to send.
  /// HTTP/1.1 always does so.
  public var drainsAfterAnswer = false
  /// Since when it does, and how much came.
  var drainsSince: MonotonicInstant?
  var drainedBytes = 0

  /// HTTP/2's stream identifier; counts up on HTTP/1.1.
  public internal(set) var id: Int32
  @exclusivity(unchecked) var connection: HTTPConnection?
  @exclusivity(unchecked) var owner: (any HTTPStreamOwner)?
  @exclusivity(unchecked) var outbound = ByteQueue()
  @exclusivity(unchecked) var trailers = Trailers.none
  @exclusivity(unchecked) var isHeadSent = false
  @exclusivity(unchecked) var isOutboundFinished = false
  @exclusivity(unchecked) var wasAboveHighWater = false
  /// HTTP/1.1 and HTTP/2 queue what has to be told to the owner here, and tell it when no parser is on the stack.
  @exclusivity(unchecked) var events = StreamEvents()
  @exclusivity(unchecked) var closeReason = HTTPCloseReason.finished
  @exclusivity(unchecked) var isHandlerRunning = false
  /// Its place in the connection's list of open streams; -1 when it is not there.
  @exclusivity(unchecked) var slot = -1
  var wasResetByUs = false
  var isHeadTooLarge = false
  let isServer: Bool
  /// When body bytes last came, and when they last left or began to wait.
  @exclusivity(unchecked) var lastInbound: MonotonicInstant
  @exclusivity(unchecked) var lastOutbound: MonotonicInstant

  init(id: Int32, request: RequestHead, connection: HTTPConnection, isServer: Bool) {
    loop = connection.loop
    self.id = id
    self.request = request
    self.connection = connection
    self.isServer = isServer
    lastInbound = loop.now
    lastOutbound = loop.now
  }

  // MARK: Receiving

  /// Drops `count` bytes from the front of `inbound` and lets the peer send as many more.
  public func consume(_ count: Int) {
    inbound.consume(count)
    // The peer is not to be blamed for the time that its bytes lay here.
    if count > 0 { lastInbound = loop.now }
    connection?.consumed(self, count)
  }

  /// Sends `100 Continue` if the client waits for it. Only HTTP/1.1 clients do.
  public func continue100() {
    connection?.sendContinue(self)
  }

  // MARK: Sending

  /// How many bytes wait to be sent.
  public var outboundCount: Int { outbound.count }

  /// Whether so much waits that a sender should pause until `streamWritable`.
  public var isAboveHighWater: Bool { outbound.count > Self.highWater }

  /// Sends the response's head. Without a content-length, HTTP/1.1 frames the body in chunks.
  ///
  /// - Parameter end: No body follows (and no trailers): a gRPC "Trailers-Only" answer, a redirect.
  /// A head whose fields hold control characters is replaced by a bare 500: it could split the response.
  public func sendHead(_ head: ResponseHead, end: Bool = false) {
    guard canSendHead else { return }
    let head = head.headers.isSendable ? head : ResponseHead(status: 500)
    isHeadSent = true
    isOutboundFinished = end || request.method == .head
    response = head
    connection?.sendHead(self, head, end: isOutboundFinished)
  }

  /// Sends a head that was made once for the whole process; cheaper than the other.
  public func sendHead(_ table: HeaderTable, end: Bool = false) {
    guard canSendHead else { return }
    isHeadSent = true
    isOutboundFinished = end || request.method == .head
    connection?.sendHead(self, table, end: isOutboundFinished)
  }

  private var canSendHead: Bool { !isClosed && !isHeadSent && connection != nil }

  /// Whether more body may be sent now.
  private var canSend: Bool { !isClosed && isHeadSent && !isOutboundFinished && connection != nil }

  /// Queues body bytes. Never refuses; the sender looks at `isAboveHighWater`. Dropped before `sendHead` and after `finish`.
  public func send(_ bytes: UnsafeRawBufferPointer) {
    guard canSend, !bytes.isEmpty else { return }
    if outbound.isEmpty { lastOutbound = loop.now }
    outbound.append(bytes)
    didQueue()
  }

  /// Queues body bytes; an empty queue takes the array over without a copy.
  ///
  /// - Parameter dropped: So many bytes at its front are not sent.
  public func send(_ bytes: [UInt8], dropping dropped: Int = 0) {
    guard canSend, bytes.count > dropped else { return }
    if outbound.isEmpty { lastOutbound = loop.now }
    outbound.append(bytes, dropping: dropped)
    didQueue()
  }

  private func didQueue() {
    if outbound.count > Self.highWater { wasAboveHighWater = true }
    connection?.outboundGrew(self)
  }

  /// Ends our side. HTTP/1.1 drops trailers.
  public func finish(trailers: Headers? = nil) {
    guard canSend else { return }
    if let trailers, trailers.isSendable, !trailers.isEmpty { self.trailers = .headers(trailers) }
    isOutboundFinished = true
    connection?.outboundGrew(self)
  }

  /// Ends our side with trailers that were made once for the whole process.
  public func finish(trailers: HeaderTable) {
    guard canSend else { return }
    self.trailers = .table(trailers)
    isOutboundFinished = true
    connection?.outboundGrew(self)
  }

  /// The whole answer at once. Adds `content-length` when it is absent and there are no trailers.
  public func respond(_ head: ResponseHead, body: [UInt8], trailers: Headers? = nil) {
    guard canSendHead else { return }
    var head = head
    // RFC 9110, 8.6: not with 1xx and 204; a 304 would have to tell the length of the 200.
    if trailers == nil, head.status != 204, head.status != 304, !head.headers.contains("content-length") {
      head.headers.append("content-length", String(body.count))
    }
    let end = trailers == nil && (body.isEmpty || head.status == 204 || head.status == 304)
    sendHead(head, end: end)
    guard !isOutboundFinished else { return }
    if !body.isEmpty {
      lastOutbound = loop.now
      outbound.append(body)
      if outbound.count > Self.highWater { wasAboveHighWater = true }
    }
    finish(trailers: trailers)
  }

  /// Gives the stream up: RST_STREAM on HTTP/2, the connection closed on HTTP/1.1. `streamClosed` follows.
  public func reset(_ code: UInt32 = HTTPErrorCode.cancel) {
    guard !isClosed else { return }
    wasResetByUs = true
    connection?.reset(self, code)
  }

  // MARK: The handler's life

  /// The work behind this stream has begun. Until `handlerDidEnd` the stream occupies one of the connection's concurrency slots,
  /// even when the peer reset it: otherwise a peer that opens and resets would start work without bound (CVE-2023-44487).
  public func handlerDidStart() {
    isHandlerRunning = true
  }

  /// The work has ended; call it exactly once after `handlerDidStart`.
  public func handlerDidEnd() {
    guard isHandlerRunning else { return }
    isHandlerRunning = false
    if isClosed, events.isEmpty { connection?.streamIsDone(self) }
  }

  // MARK: Telling the owner

  /// Tells the owner what happened since the last time. Never called with a parser or nghttp2 on the stack.
  func deliver() {
    if events.contains(.changed) {
      events.remove(.changed)
      owner?.streamChanged(self)
    }
    if events.contains(.writable) {
      events.remove(.writable)
      if !isClosed { owner?.streamWritable(self) }
    }
    if events.contains(.closed) {
      events.remove(.closed)
      let owner = self.owner
      self.owner = nil
      owner?.streamClosed(self, closeReason)
      if !isHandlerRunning { connection?.streamIsDone(self) }
    }
  }
}

enum Trailers {
  case none
  case headers(Headers)
  case table(HeaderTable)
}

/// What the owner of a stream has not been told yet.
struct StreamEvents: OptionSet {
  let rawValue: UInt8
  /// A server's stream whose head is complete but which no handler has accepted.
  static let accept = StreamEvents(rawValue: 1)
  static let changed = StreamEvents(rawValue: 2)
  static let writable = StreamEvents(rawValue: 4)
  static let closed = StreamEvents(rawValue: 8)
  /// It stands in its connection's list.
  static let listed = StreamEvents(rawValue: 16)
}
