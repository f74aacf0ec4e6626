internal import CNghttp2
internal import Net

/// The one place that calls nghttp2: a session, its options, its callbacks and the frames we submit.
///
/// Inside a callback only state is changed and noted (`HTTP2Connection.note`); no owner is called, no task started or resumed.
final class HTTP2Session {
  // The connection owns this session and outlives it; a counted reference would be taken and dropped for every frame.
  private unowned(unsafe) let connection: HTTP2Connection
  private let session: OpaquePointer
  private let isServer: Bool
  private let limits: HTTPLimits
  /// RFC 9113, 3.4: what a client sends before its first frame.
  static let prefaceBytes = 24

  // The head that is being received: HEADERS and its CONTINUATIONs are never interleaved (RFC 9113, 4.3).
  @exclusivity(unchecked) private var method = HTTPMethod.get
  @exclusivity(unchecked) private var path = 0..<0
  @exclusivity(unchecked) private var authority = 0..<0
  private var status = 0
  @exclusivity(unchecked) private var fields = Headers()
  @exclusivity(unchecked) private var listSize = 0
  @exclusivity(unchecked) private var fieldCount = 0
  @exclusivity(unchecked) private var isTooLarge = false
  /// The stream whose head is being received; 0 between heads.
  @exclusivity(unchecked) private(set) var headStream: Int32 = 0

  /// Where `pull` gathers; DATA frames are written there without nghttp2's own buffer between.
  @exclusivity(unchecked) private var output: OutputBuffer?
  private var outputMax = 0

  init(connection: HTTP2Connection, isServer: Bool, limits: HTTPLimits) {
    self.connection = connection
    self.isServer = isServer
    self.limits = limits
    var made: OpaquePointer?
    // `self` cannot be passed before it is whole: it is set right after.
    let result =
      isServer
      ? nghttp2_session_server_new2(&made, HTTP2Session.callbacks, nil, HTTP2Session.options)
      : nghttp2_session_client_new2(&made, HTTP2Session.callbacks, nil, HTTP2Session.options)
    guard result == 0, let made else { preconditionFailure("no memory for an HTTP/2 session") }
    session = made
    nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
    submitSettings()
  }

  deinit {
    nghttp2_session_del(session)
  }

  private func submitSettings() {
    var settings = [
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(limits.streamWindow)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue), value: UInt32(limits.headerBytesMax)),
      isServer
        ? nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: UInt32(limits.streamsMax))
        : nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
    ]
    nghttp2_submit_settings(session, 0, &settings, settings.count)
    nghttp2_session_set_local_window_size(session, 0, 0, Int32(limits.connectionWindow))
  }

  // Made once, read by every session, never freed.
  private nonisolated(unsafe) static let options: OpaquePointer? = {
    var options: OpaquePointer?
    nghttp2_option_new(&options)
    // Credit is given back as the application reads (architecture, decisions 6 and 8).
    nghttp2_option_set_no_auto_window_update(options, 1)
    // 2,000 finished streams would otherwise hold 270 KB for a priority tree that nobody asks.
    nghttp2_option_set_no_closed_streams(options, 1)
    // Above what one read can hold, so that our own budget speaks first, with a GOAWAY; nghttp2 would just fail.
    nghttp2_option_set_max_outbound_ack(options, 10_000)
    nghttp2_option_set_max_settings(options, 32)
    // Behind our own budget, for resets of streams that had a response.
    nghttp2_option_set_stream_reset_rate_limit(options, 4000, 400)
    return options
  }()

  // MARK: In and out

  enum Received {
    case everything
    /// Protocol error: the code for the GOAWAY that is our last word.
    case failed(UInt32)
  }

  func receive(_ bytes: UnsafeRawBufferPointer) -> Received {
    let result = nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    if result >= 0 { return .everything }
    switch Int32(result) {
    case NGHTTP2_ERR_FLOODED.rawValue, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: return .failed(HTTPErrorCode.enhanceYourCalm)
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue, NGHTTP2_ERR_PROTO.rawValue: return .failed(HTTPErrorCode.protocolError)
    default: return .failed(HTTPErrorCode.internalError)
    }
  }

  /// Appends frames that are ready until there are none or `output` holds `max` bytes.
  func pull(into output: OutputBuffer, max: Int) {
    self.output = output
    outputMax = max
    while output.count < max {
      var frame: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &frame)
      guard count > 0, let frame else { break }
      output.append(frame, count)
    }
    self.output = nil
  }

  /// Nothing can be received or sent any more.
  var isFinished: Bool { nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0 }

  var lastStream: Int32 { nghttp2_session_get_last_proc_stream_id(session) }

  // MARK: Frames we send

  func submitResponse(_ stream: HTTPStream, _ head: ResponseHead, date: UnsafeRawBufferPointer?, end: Bool) {
    withFields(head.headers, pseudo: [(":status", "\(head.status)")], date: date) { nva, count in
      submitResponse(stream, nva, count, end: end)
    }
  }

  func submitResponse(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) {
    submitResponse(stream, table.nva.baseAddress, table.nva.count, end: end)
  }

  private func submitResponse(_ stream: HTTPStream, _ nva: UnsafePointer<nghttp2_nv>?, _ count: Int, end: Bool) {
    if end {
      nghttp2_submit_response(session, stream.id, nva, count, nil)
    } else {
      var provider = HTTP2Session.provider(stream)
      nghttp2_submit_response(session, stream.id, nva, count, &provider)
    }
  }

  /// - Returns: The stream's identifier, or nil when this connection has none left.
  func submitRequest(_ stream: HTTPStream, end: Bool) -> Int32? {
    let head = stream.request
    let pseudo: [(StaticString, String)] = [
      (":method", head.method.name), (":scheme", head.scheme), (":authority", head.authority), (":path", head.path),
    ]
    var id: Int32 = -1
    withFields(head.headers, pseudo: pseudo, date: nil) { nva, count in
      let user = Unmanaged.passUnretained(stream).toOpaque()
      var provider = HTTP2Session.provider(stream)
      id =
        end
        ? nghttp2_submit_request(session, nil, nva, count, nil, user)
        : nghttp2_submit_request(session, nil, nva, count, &provider, user)
    }
    return id > 0 ? id : nil
  }

  func resume(_ stream: HTTPStream) {
    nghttp2_session_resume_data(session, stream.id)
  }

  func reset(_ id: Int32, _ code: UInt32) {
    nghttp2_submit_rst_stream(session, 0, id, code)
  }

  func consume(_ stream: HTTPStream, _ count: Int) {
    nghttp2_session_consume_stream(session, stream.id, count)
    nghttp2_session_consume_connection(session, count)
  }

  /// Gives the connection's credit back for bytes that nobody will read.
  func discard(_ count: Int) {
    if count > 0 { nghttp2_session_consume_connection(session, count) }
  }

  /// RFC 9113, 6.8: first a GOAWAY that refuses nothing yet, then, when the peer's answer to the PING shows that it was seen, the real one.
  func submitShutdownNotice() {
    nghttp2_submit_shutdown_notice(session)
    pingsAfterNotice = true
  }

  /// nghttp2 sends a PING ahead of a GOAWAY, so this one is submitted when the notice has left.
  private var pingsAfterNotice = false

  func submitPing() {
    nghttp2_submit_ping(session, 0, nil)
  }

  func submitGoAway(_ code: UInt32, _ reason: StaticString = "") {
    nghttp2_submit_goaway(session, 0, lastStream, code, reason.utf8Start, reason.utf8CodeUnitCount)
  }

  /// GOAWAY, then nothing more is sent or received.
  func terminate(_ code: UInt32) {
    nghttp2_session_terminate_session(session, code)
  }

  // MARK: Fields

  /// Lays out the nghttp2 form of pseudo and regular fields for the length of the call; nghttp2 copies them.
  private func withFields(
    _ headers: Headers, pseudo: [(StaticString, String)], date: UnsafeRawBufferPointer?, _ body: (UnsafePointer<nghttp2_nv>, Int) -> Void
  ) {
    var values = pseudo.map(\.1)
    withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: pseudo.count + headers.count + 1) { nva in
      var count = 0
      func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        nva[count] = nghttp2_nv(
          name: UnsafeMutablePointer(mutating: name.bindMemory(to: UInt8.self).baseAddress),
          value: UnsafeMutablePointer(mutating: value.bindMemory(to: UInt8.self).baseAddress), namelen: name.count, valuelen: value.count,
          flags: 0)
        count += 1
      }
      /// Each String's bytes stay put only inside its own closure, hence the recursion.
      func addPseudo(_ index: Int) {
        guard index < values.count else {
          headers.storage.withUnsafeBytes { _ in
            headers.forEachField { name, value in
              if !isConnectionField(name) { add(name, value) }
            }
            if let date { add(UnsafeRawBufferPointer(start: HTTP2Session.dateName.utf8Start, count: 4), date) }
            if let first = nva.baseAddress { body(first, count) }
          }
          return
        }
        let name = pseudo[index].0
        values[index].makeContiguousUTF8()
        let value = values[index]
        value.utf8.withContiguousStorageIfAvailable { bytes in
          add(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), UnsafeRawBufferPointer(bytes))
          addPseudo(index + 1)
        }
      }
      addPseudo(0)
    }
  }

  private static let dateName: StaticString = "date"

  // MARK: Trailers and bodies, asked for by nghttp2 while it sends

  private static func provider(_ stream: HTTPStream) -> nghttp2_data_provider {
    var provider = nghttp2_data_provider()
    // The connection keeps the stream until nghttp2 has closed it.
    provider.source.ptr = Unmanaged.passUnretained(stream).toOpaque()
    provider.read_callback = { _, _, _, length, flags, source, user in
      guard let pointer = source?.pointee.ptr, let flags, let user else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
      return Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef { session in
        Unmanaged<HTTPStream>.fromOpaque(pointer)._withUnsafeGuaranteedRef { session.offer($0, length, flags) }
      }
    }
    return provider
  }

  /// How much of the stream's queue goes into the next DATA frame, of at most `length` bytes.
  private func offer(_ stream: HTTPStream, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>) -> Int {
    let count = min(length, stream.outbound.count)
    flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
    guard count == stream.outbound.count, stream.isOutboundFinished else {
      return count > 0 ? count : Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
    switch stream.trailers {
    case .none:
      return count
    case .headers(let headers):
      withFields(headers, pseudo: [], date: nil) { nva, fieldCount in nghttp2_submit_trailer(session, stream.id, nva, fieldCount) }
    case .table(let table):
      nghttp2_submit_trailer(session, stream.id, table.nva.baseAddress, table.nva.count)
    }
    flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
    return count
  }

  /// Writes a DATA frame, whose nine header bytes nghttp2 made, straight behind what was gathered.
  fileprivate func sendData(_ stream: HTTPStream, _ header: UnsafePointer<UInt8>, _ length: Int) -> Int32 {
    guard let output, output.count < outputMax else { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
    output.append(header, 9)
    if length > 0 {
      stream.outbound.withUnsafeBytes { if let start = $0.baseAddress { output.append(start, length) } }
      stream.outbound.consume(length)
      stream.lastOutbound = stream.loop.now
      if stream.wasAboveHighWater, stream.outbound.count <= HTTPStream.lowWater {
        stream.wasAboveHighWater = false
        connection.note(stream, .writable)
      }
    }
    return 0
  }

  // MARK: What nghttp2 tells while it receives and sends

  fileprivate func stream(_ id: Int32) -> HTTPStream? {
    guard let user = nghttp2_session_get_stream_user_data(session, id) else { return nil }
    return Unmanaged<HTTPStream>.fromOpaque(user).takeUnretainedValue()
  }

  fileprivate func beganFrame(_ header: nghttp2_frame_hd) {
    switch UInt32(header.type) {
    case NGHTTP2_CONTINUATION.rawValue: connection.count(.continuation)
    // Of a stream that is gone, or was refused: trailers that come too late.
    case NGHTTP2_HEADERS.rawValue where header.stream_id <= lastStream && stream(header.stream_id) == nil: connection.count(.pointless)
    default: return
    }
  }

  fileprivate func beganHead(_ frame: UnsafePointer<nghttp2_frame>) {
    headStream = frame.pointee.hd.stream_id
    fields = Headers()
    (path, authority) = (0..<0, 0..<0)
    (status, listSize, fieldCount, isTooLarge) = (0, 0, 0, false)
    guard isServer, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, connection.isFull else { return }
    // Slots are held by handlers that still run for streams that are closed already, of which nghttp2 knows nothing.
    reset(headStream, HTTPErrorCode.refusedStream)
    headStream = 0
  }

  fileprivate func field(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    guard headStream != 0, !isTooLarge else { return }
    listSize += name.count + value.count + 32
    fieldCount += 1
    if listSize > limits.headerBytesMax || fieldCount > limits.headerFieldsMax {
      isTooLarge = true
      return
    }
    guard name.count > 0, name[0] == UInt8(ascii: ":") else { return fields.appendLowercase(name: name, value: value) }
    // nghttp2 checked which pseudo-fields may be there, and that they come first; their lengths tell them apart.
    switch name.count {
    case 5: path = fields.appendPrefix(value)
    case 10: authority = fields.appendPrefix(value)
    case 7 where name[1] == UInt8(ascii: "m"): method = HTTPMethod(bytes: value)
    case 7 where name[2] == UInt8(ascii: "t"): status = HTTP1Parser.decimal(value) ?? 0
    default: return
    }
  }

  fileprivate func received(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
      let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
      if isEnd, let stream = stream(header.stream_id) { connection.inboundEnded(stream) }
      // Padding and nothing else. `HTTP2Connection` counts those without even that.
      if !isEnd, header.length > 0, header.length == frame.pointee.data.padlen { connection.count(.emptyData) }
    case NGHTTP2_HEADERS.rawValue:
      receivedHead(frame)
    case NGHTTP2_RST_STREAM.rawValue:
      let stream = stream(header.stream_id)
      if stream?.isHeadSent != true { connection.count(stream == nil ? .pointless : .earlyReset) }
    case NGHTTP2_PING.rawValue:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 { pingAnswered() } else { connection.count(.ping) }
    case NGHTTP2_SETTINGS.rawValue:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { connection.settingsReceived() }
    case NGHTTP2_PRIORITY.rawValue:
      connection.count(.priority)
    case NGHTTP2_WINDOW_UPDATE.rawValue:
      connection.count(.windowUpdate)
    case NGHTTP2_GOAWAY.rawValue:
      connection.count(.pointless)
      connection.peerIsGoingAway()
    default:
      return
    }
  }

  private func pingAnswered() {
    connection.count(.pointless)
    connection.pingAnswered()
  }

  private func receivedHead(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    guard headStream != 0 else { return }
    headStream = 0
    let end = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    if isServer, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      let transport = connection.transport
      let head = RequestHead(
        method: method, prefixed: fields, path: path, authority: authority, version: .http2, peer: transport.peer, isTLS: transport.isTLS)
      fields = Headers()
      // RFC 9113, 8.3.1: a Host that says something else than :authority makes the request malformed.
      if !head.isHostConsistent { return reset(header.stream_id, HTTPErrorCode.protocolError) }
      let stream = HTTPStream(id: header.stream_id, request: head, connection: connection, isServer: true)
      stream.isHeadTooLarge = isTooLarge
      nghttp2_session_set_stream_user_data(session, header.stream_id, Unmanaged.passUnretained(stream).toOpaque())
      connection.opened(stream)
      if end { connection.inboundEnded(stream) }
      return
    }
    guard let stream = stream(header.stream_id) else { return }
    if isTooLarge {
      reset(stream.id, HTTPErrorCode.enhanceYourCalm)
      return
    }
    // RFC 9113, 8.1: interim responses come before the final one; nobody here waits for them.
    if !isServer, stream.response == nil, status < 200 { return }
    if !isServer, stream.response == nil {
      stream.response = ResponseHead(status: status, headers: fields)
    } else {
      stream.inboundTrailers = fields
    }
    fields = Headers()
    if end { connection.inboundEnded(stream) } else { connection.note(stream, .changed) }
  }

  fileprivate func receivedData(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let stream = stream(id), !stream.wasResetByUs, !stream.isHeadTooLarge else {
      nghttp2_session_consume_stream(session, id, bytes.count)
      return discard(bytes.count)
    }
    if stream.drainsSince != nil {
      stream.drainedBytes += bytes.count
      guard stream.drainedBytes <= limits.lingerBytesMax else {
        stream.wasResetByUs = true
        reset(id, HTTPErrorCode.noError)
        nghttp2_session_consume_stream(session, id, bytes.count)
        return discard(bytes.count)
      }
    }
    stream.inbound.append(bytes)
    stream.lastInbound = stream.loop.now
    connection.note(stream, .changed)
  }

  fileprivate func sent(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    let isData = header.type == UInt8(NGHTTP2_DATA.rawValue)
    if pingsAfterNotice, header.type == UInt8(NGHTTP2_GOAWAY.rawValue) {
      pingsAfterNotice = false
      submitPing()
    }
    guard isData || header.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
    connection.sentFrame(isData: isData)
    // RFC 9113, 8.1: an answer that is complete before its request asks the client, with NO_ERROR, to send no more of it.
    if isServer, header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      nghttp2_session_get_stream_remote_close(session, header.stream_id) == 0
    {
      if let stream = stream(header.stream_id), stream.drainsAfterAnswer {
        stream.drainsSince = stream.loop.now
        return
      }
      reset(header.stream_id, HTTPErrorCode.noError)
    }
  }

  fileprivate func willSend(_ frame: UnsafePointer<nghttp2_frame>) {
    guard isServer, frame.pointee.hd.type == UInt8(NGHTTP2_RST_STREAM.rawValue), frame.pointee.rst_stream.error_code != 0 else { return }
    // A reset that the application asked for, at a deadline say, is not the peer's doing.
    if let stream = stream(frame.pointee.hd.stream_id), stream.wasResetByUs { return }
    connection.count(.selfReset)
  }

  fileprivate func closed(_ id: Int32, _ code: UInt32) {
    if headStream == id { headStream = 0 }
    guard let stream = stream(id) else { return }
    nghttp2_session_set_stream_user_data(session, id, nil)
    connection.closed(stream, code)
  }

  // Made once, read by every session, never freed.
  private nonisolated(unsafe) static let callbacks: OpaquePointer? = {
    var callbacks: OpaquePointer?
    nghttp2_session_callbacks_new(&callbacks)
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, user in
      if let header { with(user) { $0.beganFrame(header.pointee) } }
      return 0
    }
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      if let frame { with(user) { $0.beganHead(frame) } }
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) { _, _, name, nameCount, value, valueCount, _, user in
      with(user) {
        $0.field(UnsafeRawBufferPointer(start: name, count: nameCount), UnsafeRawBufferPointer(start: value, count: valueCount))
      }
      return 0
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, data, count, user in
      with(user) { $0.receivedData(id, UnsafeRawBufferPointer(start: data, count: count)) }
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      if let frame { with(user) { $0.received(frame) } }
      return 0
    }
    nghttp2_session_callbacks_set_before_frame_send_callback(callbacks) { _, frame, user in
      if let frame { with(user) { $0.willSend(frame) } }
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
      if let frame { with(user) { $0.sent(frame) } }
      return 0
    }
    nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, _, header, length, source, user in
      guard let header, let pointer = source?.pointee.ptr else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
      return with(user) { session in
        Unmanaged<HTTPStream>.fromOpaque(pointer)._withUnsafeGuaranteedRef { session.sendData($0, header, length) }
      }
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      with(user) { $0.closed(id, code) }
      return 0
    }
    return callbacks
  }()

  /// nghttp2 hands back the pointer that `init` gave it; the session is alive while nghttp2 runs.
  private static func with<R>(_ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> R) -> R {
    guard let user else { preconditionFailure("nghttp2 lost its user data") }
    return Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
  }
}

/// RFC 9113, 8.2.2: fields that concern an HTTP/1.1 connection are not sent.
private func isConnectionField(_ name: UnsafeRawBufferPointer) -> Bool {
  func equals(_ text: StaticString) -> Bool {
    name.elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
  return switch name.count {
  case 10: equals("connection") || equals("keep-alive")
  case 7: equals("upgrade")
  case 16: equals("proxy-connection")
  case 17: equals("transfer-encoding")
  default: false
  }
}
