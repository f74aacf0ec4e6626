internal import CNghttp2
import Glibc
internal import Net

/// One HTTP/2 connection, server or client, on nghttp2. Confined to the transport's loop.
final class HTTP2Session: HTTPConnection, WireProtocol, @unchecked Sendable {
  private let transport: Transport
  private var session: OpaquePointer?
  private let handler: (any HTTPHandler)?
  private var streams: [Int32: HTTPStream] = [:]
  private var pending: [HTTPStream] = []
  private var isReceiving = false
  private var isDead = false
  private var isDraining = false
  var onGone: (() -> Void)?

  init(transport: Transport, handler: (any HTTPHandler)?) {
    self.transport = transport
    self.handler = handler
    super.init()
    var option: OpaquePointer?
    nghttp2_option_new(&option)
    nghttp2_option_set_no_auto_window_update(option, 1)
    nghttp2_option_set_no_closed_streams(option, 1)
    nghttp2_option_set_max_outbound_ack(option, 1000)
    let this = Unmanaged.passUnretained(self).toOpaque()
    if handler != nil {
      nghttp2_session_server_new2(&session, Self.callbacks, this, option)
    } else {
      nghttp2_session_client_new2(&session, Self.callbacks, this, option)
    }
    nghttp2_option_del(option)
    let limits = transport.limits
    var settings = [
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: UInt32(limits.streamsMax)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(limits.streamWindow)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue), value: UInt32(limits.headerBytesMax)),
    ]
    if handler == nil { settings[0] = nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0) }
    nghttp2_submit_settings(session, 0, &settings, settings.count)
    nghttp2_session_set_local_window_size(session, 0, 0, Int32(limits.connectionWindow))
  }

  deinit { nghttp2_session_del(session) }

  // Made once and never freed.
  private nonisolated(unsafe) static let callbacks: OpaquePointer? = {
    var callbacks: OpaquePointer?
    nghttp2_session_callbacks_new(&callbacks)
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      HTTP2Session.of(user).beginHeaders(frame!.pointee)
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) { _, frame, name, nameLength, value, valueLength, _, user in
      HTTP2Session.of(user).header(
        frame!.pointee, UnsafeRawBufferPointer(start: name, count: nameLength), UnsafeRawBufferPointer(start: value, count: valueLength))
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, data, count, user in
      HTTP2Session.of(user).data(id, UnsafeRawBufferPointer(start: data, count: count))
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      HTTP2Session.of(user).frameReceived(frame!.pointee)
      return 0
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      HTTP2Session.of(user).closed(id, code)
      return 0
    }
    return callbacks
  }()

  private static func of(_ user: UnsafeMutableRawPointer?) -> HTTP2Session {
    Unmanaged<HTTP2Session>.fromOpaque(user!).takeUnretainedValue()
  }

  // MARK: Receiving

  private final class Building {
    var method: [UInt8] = []
    var path: [UInt8] = []
    var authority: [UInt8] = []
    var status = 0
    var headers = Headers()
    var isTrailers = false
  }
  private var building: [Int32: Building] = [:]

  private func beginHeaders(_ frame: nghttp2_frame) {
    let entry = Building()
    if handler != nil {
      entry.isTrailers = frame.headers.cat != NGHTTP2_HCAT_REQUEST
    } else {
      entry.isTrailers = streams[frame.hd.stream_id]?.response != nil
    }
    building[frame.hd.stream_id] = entry
  }

  private func header(_ frame: nghttp2_frame, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Int32 {
    guard let entry = building[frame.hd.stream_id] else { return 0 }
    if name.first == UInt8(ascii: ":") {
      switch name.count {
      case 5: entry.path = Array(value)
      case 10: entry.authority = Array(value)
      case 7 where name[1] == UInt8(ascii: "m"): entry.method = Array(value)
      case 7 where name[2] == UInt8(ascii: "t"): entry.status = Int(String(decoding: value, as: UTF8.self)) ?? 0
      default: break
      }
    } else {
      entry.headers.append(name: name, value: value)
    }
    return 0
  }

  private func data(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let stream = streams[id] else {
      nghttp2_session_consume_connection(session, bytes.count)
      return
    }
    stream.inbound.append(bytes)
    note(stream, .changed)
  }

  private func frameReceived(_ frame: nghttp2_frame) {
    let id = frame.hd.stream_id
    let end = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    if frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue), let entry = building.removeValue(forKey: id) {
      if entry.isTrailers {
        if let stream = streams[id] {
          stream.inboundTrailers = entry.headers
          note(stream, .changed)
        }
      } else if handler != nil {
        open(id, entry)
      } else if let stream = streams[id] {
        if entry.status >= 200 { stream.response = ResponseHead(status: entry.status, headers: entry.headers) }
        note(stream, .changed)
      }
    }
    if end, frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) || frame.hd.type == UInt8(NGHTTP2_DATA.rawValue), let stream = streams[id] {
      stream.inboundEnded = true
      note(stream, .changed)
    }
  }

  private func open(_ id: Int32, _ entry: Building) {
    var request = entry.path.withUnsafeBytes { path in
      entry.authority.withUnsafeBytes { authority in
        RequestHead(
          method: HTTPMethod(String(decoding: entry.method, as: UTF8.self)), path: path, authority: authority, version: .http2,
          peer: transport.peer, isTLS: false)
      }
    }
    request.headers.append(contentsOf: entry.headers)
    let stream = HTTPStream(loop: transport.loop, id: id, request: request, connection: self)
    stream.declaredLength = entry.headers["content-length"].flatMap { Int($0) }
    streams[id] = stream
    note(stream, .accept)
  }

  private func closed(_ id: Int32, _ code: UInt32) {
    guard let stream = streams[id] else { return }
    stream.isClosed = true
    stream.closeReason = code == 0 ? .finished : .reset(code)
    stream.inboundEnded = true
    if !stream.inbound.isEmpty {
      nghttp2_session_consume_connection(session, stream.inbound.count)
    }
    note(stream, .closed)
  }

  private func note(_ stream: HTTPStream, _ event: StreamEvents) {
    stream.events.insert(event)
    guard !stream.events.contains(.listed) else { return }
    stream.events.insert(.listed)
    pending.append(stream)
    if !isReceiving { transport.loop.execute { [self] in deliverAll() } }
  }

  private func deliverAll() {
    var index = 0
    while index < pending.count {
      let stream = pending[index]
      index += 1
      stream.events.remove(.listed)
      if stream.events.contains(.accept) {
        stream.events.remove(.accept)
        stream.owner = handler?.accept(stream)
      }
      stream.deliver()
    }
    pending.removeAll(keepingCapacity: true)
    transport.mark()
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    isReceiving = true
    let result = nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    isReceiving = false
    deliverAll()
    if result < 0 { isDead = true }
    return result >= 0
  }

  // MARK: Sending

  func pull(into output: OutputBuffer, limit: Int) {
    while output.count < limit {
      var data: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &data)
      guard count > 0, let data else { break }
      output.append(data, count)
    }
    if !pending.isEmpty { transport.loop.execute { [self] in deliverAll() } }
  }

  private func provider(_ stream: HTTPStream) -> nghttp2_data_provider {
    var provider = nghttp2_data_provider()
    provider.source.ptr = Unmanaged.passUnretained(stream).toOpaque()
    provider.read_callback = { session, id, buffer, length, flags, source, user in
      let stream = Unmanaged<HTTPStream>.fromOpaque(source!.pointee.ptr!).takeUnretainedValue()
      return HTTP2Session.of(user).read(stream, buffer!, length, flags!)
    }
    return provider
  }

  private func read(
    _ stream: HTTPStream, _ buffer: UnsafeMutablePointer<UInt8>, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let count = min(length, stream.outbound.count)
    if count > 0 {
      stream.outbound.withUnsafeBytes { buffer.update(from: $0.bindMemory(to: UInt8.self).baseAddress!, count: count) }
      stream.outbound.consume(count)
      if stream.wasAboveHighWater, stream.outbound.count <= HTTPStream.lowWater {
        stream.wasAboveHighWater = false
        stream.events.insert(.writable)
        if !stream.events.contains(.listed) {
          stream.events.insert(.listed)
          pending.append(stream)
        }
      }
    }
    if stream.outbound.isEmpty, stream.isOutboundFinished {
      flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
      switch stream.trailers {
      case .none: break
      case .headers(let headers):
        flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
        Self.withNV(headers, status: nil, extra: []) { nva, count in _ = nghttp2_submit_trailer(session, stream.id, nva, count) }
      case .table(let table):
        flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
        nghttp2_submit_trailer(session, stream.id, table.nva.baseAddress, table.nva.count)
      }
      return count
    }
    return count > 0 ? count : Int(NGHTTP2_ERR_DEFERRED.rawValue)
  }

  private static func withNV(
    _ headers: Headers, status: Int?, extra: [(String, String)], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void
  ) {
    var text: [UInt8] = []
    var spans: [(Int, Int, Int)] = []
    func add(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) {
      let start = text.count
      text.append(contentsOf: name)
      let middle = text.count
      text.append(contentsOf: value)
      spans.append((start, middle, text.count))
    }
    if let status { add(":status".utf8, String(status).utf8) }
    for (name, value) in extra { add(name.utf8, value.utf8) }
    headers.forEach { name, value in add(name, value) }
    text.withUnsafeMutableBufferPointer { bytes in
      let base = bytes.baseAddress
      let nva = spans.map { span in
        nghttp2_nv(
          name: base.map { $0 + span.0 }, value: base.map { $0 + span.1 }, namelen: span.1 - span.0, valuelen: span.2 - span.1, flags: 0)
      }
      nva.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
  }

  override func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) {
    var provider = provider(stream)
    Self.withNV(head.headers, status: head.status, extra: []) { nva, count in
      if end {
        nghttp2_submit_response(session, stream.id, nva, count, nil)
      } else {
        nghttp2_submit_response(session, stream.id, nva, count, &provider)
      }
    }
    transport.mark()
  }

  override func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) {
    var provider = provider(stream)
    if end {
      nghttp2_submit_response(session, stream.id, table.nva.baseAddress, table.nva.count, nil)
    } else {
      nghttp2_submit_response(session, stream.id, table.nva.baseAddress, table.nva.count, &provider)
    }
    transport.mark()
  }

  override func outboundGrew(_ stream: HTTPStream) {
    nghttp2_session_resume_data(session, stream.id)
    transport.mark()
  }

  override func consumed(_ stream: HTTPStream, _ count: Int) {
    if stream.isClosed { return }
    nghttp2_session_consume_connection(session, count)
    nghttp2_session_consume_stream(session, stream.id, count)
    transport.mark()
  }

  override func reset(_ stream: HTTPStream, _ code: UInt32) {
    nghttp2_submit_rst_stream(session, 0, stream.id, code)
    transport.mark()
  }

  override func streamIsDone(_ stream: HTTPStream) {
    streams[stream.id] = nil
    stream.connection = nil
  }

  // MARK: Client

  func openRequest(_ head: RequestHead, owner: any HTTPStreamOwner) -> HTTPStream {
    let stream = HTTPStream(loop: transport.loop, id: 0, request: head, connection: self)
    stream.owner = owner
    stream.isHeadSent = true
    var provider = provider(stream)
    Self.withNV(
      head.headers, status: nil,
      extra: [(":method", head.method.name), (":scheme", head.scheme), (":path", head.path), (":authority", head.authority)]
    ) { nva, count in
      stream.id = nghttp2_submit_request(session, nil, nva, count, &provider, nil)
    }
    streams[stream.id] = stream
    transport.mark()
    return stream
  }

  // MARK: Ends

  func transportClosed() {
    isDead = true
    for stream in streams.values where !stream.isClosed {
      stream.isClosed = true
      stream.inboundEnded = true
      stream.closeReason = .connectionLost
      note(stream, .closed)
    }
    if !isReceiving { deliverAll() }
    onGone?()
    onGone = nil
  }

  func drain() {
    guard !isDraining else { return }
    isDraining = true
    nghttp2_submit_goaway(session, 0, nghttp2_session_get_last_proc_stream_id(session), 0, nil, 0)
    transport.mark()
  }

  var isFinished: Bool {
    (isDraining && streams.isEmpty) || (nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0)
  }
  var wantsInput: Bool { true }
  func tick(_ now: MonotonicTime) {}
}
