internal import CCurl
internal import Glibc
internal import Platform
internal import Synchronization

/// One HTTP request on its way, from the caller's call to its answer.
///
/// Made by the caller; from `TransferThread.submit` on, everything but `isCancelled` belongs to the transfer thread.
final class Transfer: @unchecked Sendable {  // see above: handed over through a lock, never used by two
  typealias Answer = Result<OutboundResponse, OutboundError>

  let request: OutboundRequest
  let url: OutboundURL
  let deadline: MonotonicInstant
  /// Where the body of the answer goes; nil: into the answer.
  let stream: StreamBuffer?
  private let cancelFlag = Atomic<Bool>(false)
  /// Whom to tell, until it was told.
  private var whenDone: (@Sendable (Answer) -> Void)?

  /// Not begun before this: a while after an attempt that failed.
  private(set) var startsAt = MonotonicInstant(nanoseconds: 0)
  private var attempts = 0
  /// There while it is under way.
  private var handle: EasyHandle?
  private var headers: [(name: String, value: String)] = []
  private var headerBytesLeft = 0
  private var body: [UInt8] = []
  /// How much of the request's body has been handed to curl.
  private var sent = 0
  /// What a callback of ours found wrong; it counts more than what curl made of it.
  private var objection: OutboundError?

  init(
    _ request: OutboundRequest, _ url: OutboundURL, stream: StreamBuffer?, whenDone: @escaping @Sendable (Answer) -> Void
  ) {
    self.request = request
    self.url = url
    self.stream = stream
    self.whenDone = whenDone
    deadline = .now() + request.timeout
  }

  /// Whose limit it counts towards.
  var hostKey: String { "\(url.scheme) \(url.authority)" }

  var isCancelled: Bool { cancelFlag.load(ordering: .acquiring) }
  func cancel() { cancelFlag.store(true, ordering: .releasing) }

  /// When the thread has to look at it while it waits.
  func wakesAt(_ now: MonotonicInstant) -> MonotonicInstant { startsAt > now ? min(startsAt, deadline) : deadline }

  func answer(_ answer: Answer) {
    guard let whenDone else { return }
    self.whenDone = nil
    handle = nil
    whenDone(answer)
  }

  /// Gets ready to be sent again, if what came of this attempt allows it and there is time left.
  func beginsAgain(after answer: Answer) -> Bool {
    guard attempts < Self.attemptsMax, Self.allows(request.repeats, answer), stream == nil, !isCancelled else { return false }
    let pause = Self.firstPause * (1 << (attempts - 1))
    startsAt = .now() + pause * Double.random(in: 0.75...1.25)
    guard startsAt < deadline else { return false }
    handle = nil
    headers = []
    body = []
    sent = 0
    objection = nil
    return true
  }

  private static let attemptsMax = 3
  private static let firstPause = Duration.milliseconds(200)

  private static func allows(_ repeats: OutboundRequest.Repeats, _ answer: Answer) -> Bool {
    switch (repeats, answer) {
    case (.never, _): false
    case (_, .failure(.unreachable)): true
    case (_, .success(let response)) where response.status == 429 || response.status == 503: true
    case (.always, .failure(.interrupted)): true
    case (.always, .success(let response)): [500, 502, 504].contains(response.status)
    default: false
    }
  }

  /// Bodies up to this length are copied by curl; longer ones are read from where they lie.
  private static let copiedBytesMax = 64 << 10
  /// A stream may take its time, but not for ever.
  private static let streamMax = Duration.seconds(3600)

  /// Lets a paused body go on if its reader has made room.
  func resumeIfWanted() {
    guard let handle, let stream, stream.takeResumption() else { return }
    curl_easy_pause(handle.raw, CURLPAUSE_CONT)
  }

  /// Makes the curl handle; nil if there is no memory for one.
  func begin(_ options: OutboundOptions) -> UnsafeMutableRawPointer? {
    guard let handle = EasyHandle() else { return nil }
    self.handle = handle
    attempts += 1
    headerBytesLeft = options.headerBytesMax
    handle.configure(options, deadline: stream == nil ? deadline : .now() + Self.streamMax)
    if stream != nil {
      handle.limitSilence(request.timeout)
      handle.set(CURLOPT_BUFFERSIZE, 64 << 10)
    }
    configureRequest(handle)
    configureCallbacks(handle)
    return handle.raw
  }

  /// What curl's end of the transfer means.
  func result(_ code: CURLcode) -> Answer {
    guard let handle else { return .failure(.closed) }
    if let objection { return .failure(objection) }
    if code == CURLE_OK {
      return .success(OutboundResponse(status: handle.responseCode, headers: headers, body: body, attempts: attempts))
    }
    return .failure(handle.commonFailure(code) ?? .interrupted(handle.explanation(code)))
  }

  private func configureRequest(_ handle: EasyHandle) {
    handle.set(CURLOPT_URL, url.text)
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    handle.set(CURLOPT_REDIR_PROTOCOLS_STR, url.scheme == "https" ? "https" : "http,https")
    handle.set(CURLOPT_FOLLOWLOCATION, request.redirectsMax > 0 ? 1 : 0)
    handle.set(CURLOPT_MAXREDIRS, request.redirectsMax)
    handle.set(CURLOPT_USERAGENT, "weft")
    if request.method == .head { handle.set(CURLOPT_NOBODY, 1) }
    if request.method != .get || request.body != nil { handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    if let signature = request.signature { handle.sign(signature) }
    if let body = request.body, body.count > Self.copiedBytesMax {
      handle.setUpload(body.count)
    } else if let body = request.body {
      handle.setBody(body)
    } else if request.method == .post || request.method == .put || request.method == .patch {
      handle.setBody([])
    }
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // Curl would add both of its own accord: the first costs a round trip, the second would be wrong. (Where curl 7.88 signs, it
    // would count such a line among the headers that it signs, though it does not send it.)
    for name in request.signature == nil ? ["Expect", "Content-Type"] : []
    where !request.headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
      lines.append("\(name):")
    }
    handle.setList(CURLOPT_HTTPHEADER, lines)
  }

  private func configureCallbacks(_ handle: EasyHandle) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    weft_curl_set_write(handle.raw, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
      Transfer.from(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    handle.setPointer(CURLOPT_HEADERDATA, me)
    weft_curl_set_write(handle.raw, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
      Transfer.from(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    handle.setPointer(CURLOPT_WRITEDATA, me)
    if (request.body?.count ?? 0) > Self.copiedBytesMax {
      weft_curl_set_read(handle.raw) { bytes, size, count, context in
        Transfer.from(context).send(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
      }
      handle.setPointer(CURLOPT_READDATA, me)
      // A connection that was kept open may turn out to be closed: curl then begins again on another one.
      weft_curl_set_seek(handle.raw) { context, offset, origin in Transfer.from(context).seek(Int(offset), origin) }
      handle.setPointer(CURLOPT_SEEKDATA, me)
    }
    guard request.addresses != .operatorConfigured else { return }
    weft_curl_set_open_socket(handle.raw) { context, _, address in Transfer.from(context).openSocket(address) }
    handle.setPointer(CURLOPT_OPENSOCKETDATA, me)
    // A connection that another request opened is no reason to skip the check of the address.
    weft_curl_set_prereq(handle.raw) { context, address, _, _, _ in Transfer.from(context).mayUse(address) }
    handle.setPointer(CURLOPT_PREREQDATA, me)
  }

  /// The transfer behind a callback's context. The thread holds it for as long as its handle is in use.
  private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("curl lost a callback's context") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  /// A line of an answer's head.
  /// - Returns: The count taken; less ends the transfer.
  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytesLeft -= bytes.count
    guard headerBytesLeft >= 0 else {
      objection = .responseTooLarge
      return 0
    }
    // Each head begins anew: there may be a 100 or a redirect before the one that counts.
    if bytes.starts(with: "HTTP/".utf8) {
      headers.removeAll()
    } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
      let value = bytes[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      let end = value.lastIndex { $0 > 0x20 } ?? value.startIndex - 1
      headers.append((name, String(decoding: value[value.startIndex..<end + 1], as: UTF8.self)))
    }
    return bytes.count
  }

  /// The next bytes of the request's body.
  private func send(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let rest = (request.body ?? [])[sent...].prefix(room.count)
    room.copyBytes(from: rest)
    sent += rest.count
    return rest.count
  }

  private func seek(_ offset: Int, _ origin: Int32) -> Int32 {
    guard origin == SEEK_SET, (0...(request.body?.count ?? 0)).contains(offset) else { return CURL_SEEKFUNC_FAIL }
    sent = offset
    return CURL_SEEKFUNC_OK
  }

  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    if let stream {
      if let handle { stream.setHead(handle.responseCode, headers) }
      return stream.append(bytes) ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
    }
    guard body.count + bytes.count <= request.bodyBytesMax else {
      objection = .responseTooLarge
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  /// Opens the socket of a connection about to be made, unless its address may not be called.
  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let address else { return -1 }
    // The structure's last member is as long as `addrlen` says, not as long as its type.
    let start = UnsafeRawPointer(address).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(address.pointee.addrlen))
    guard let numeric = IPAddress(socketAddress: bytes), request.addresses.allows(numeric) else {
      objection = .addressRefused(url.authority)
      return -1
    }
    // A name may have several addresses: what curl connects to in the end is one that was allowed.
    objection = nil
    return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
  }

  private func mayUse(_ address: UnsafeMutablePointer<CChar>?) -> Int32 {
    guard let address, let numeric = IPAddress(String(cString: address)), request.addresses.allows(numeric) else {
      objection = .addressRefused(url.authority)
      return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
  }
}
