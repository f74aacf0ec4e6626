internal import CCurl
internal import Glibc
internal import Platform
internal import Synchronization

/// One request or mail on its way, from the caller's call to its answer.
///
/// Made by the caller; from `TransferThread.submit` on, everything but `isCancelled` belongs to the transfer thread.
final class Transfer: @unchecked Sendable {  // see above: handed over through a lock, never used by two
  enum Work {
    case http(OutboundRequest, OutboundURL)
    case mail(OutboundMail)
  }

  typealias Answer = Result<OutboundResponse, OutboundError>

  let work: Work
  /// Host and port, for the limit of each host.
  let hostKey: String
  let deadline: MonotonicInstant
  private let cancelFlag = Atomic<Bool>(false)
  /// The caller, until it was answered.
  private var caller: UnsafeContinuation<Answer, Never>?

  /// The sockets of mail connections, which may outlive the transfer that opened them.
  private var sockets: MailSockets?
  /// There while it is under way.
  private(set) var handle: EasyHandle?
  var headers: [(name: String, value: String)] = []
  var headerBytes = 0
  var headerBytesMax = 0
  var body: [UInt8] = []
  /// How much of a mail has been handed to curl.
  var sentCount = 0
  /// The mail server's last line.
  var lastReply = ""
  /// What a callback of ours found wrong; it counts more than what curl made of it.
  var objection: OutboundError?

  init(_ work: Work, timeout: Duration) {
    self.work = work
    deadline = .now() + timeout
    hostKey =
      switch work {
      case .http(_, let url): "\(url.scheme) \(url.authority)"
      case .mail(let mail): "smtp \(mail.server.host):\(mail.server.port)"
      }
  }

  var isCancelled: Bool { cancelFlag.load(ordering: .acquiring) }
  func cancel() { cancelFlag.store(true, ordering: .releasing) }

  func waits(_ caller: UnsafeContinuation<Answer, Never>) { self.caller = caller }

  func answer(_ answer: Answer) {
    guard let caller else { return }
    self.caller = nil
    handle = nil
    caller.resume(returning: answer)
  }

  /// Makes the curl handle; nil if there is no memory for one.
  func begin(_ options: OutboundOptions, _ sockets: MailSockets) -> UnsafeMutableRawPointer? {
    guard let handle = EasyHandle() else { return nil }
    self.handle = handle
    self.sockets = sockets
    headerBytesMax = options.headerBytesMax
    configure(handle, options)
    switch work {
    case .http(let request, let url): configure(handle, request, url)
    case .mail(let mail): configure(handle, mail, sockets)
    }
    return handle.raw
  }

  /// What curl's end of the transfer means.
  func result(_ code: CURLcode) -> Answer {
    guard let handle else { return .failure(.closed) }
    if let objection { return .failure(objection) }
    switch work {
    case .http: return httpResult(handle, code)
    case .mail: return mailResult(handle, code)
    }
  }

  /// The failures that HTTP and SMTP have in common; nil for any other.
  func commonFailure(_ handle: EasyHandle, _ code: CURLcode) -> OutboundError? {
    let text = handle.explanation(code)
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return .timeout
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: return .unreachable(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
      return .insecure(text)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .unusable(text)
    default: return nil
    }
  }

  private func configure(_ handle: EasyHandle, _ options: OutboundOptions) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    // Signals belong to the event loop; a look-up that hangs must not hold up the thread when its transfer ends.
    handle.set(CURLOPT_NOSIGNAL, 1)
    handle.set(CURLOPT_QUICK_EXIT, 1)
    handle.setPointer(CURLOPT_PRIVATE, me)
    let left = max(1, Int((deadline - .now()).wholeNanoseconds / 1_000_000))
    handle.set(CURLOPT_TIMEOUT_MS, left)
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectTimeout.wholeNanoseconds / 1_000_000))
    handle.set(CURLOPT_SSL_VERIFYPEER, 1)
    handle.set(CURLOPT_SSL_VERIFYHOST, 2)
    handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    // The file takes the place of the system's bundle; the system's directory of the same certificates stays.
    if let file = options.authorityFile { handle.set(CURLOPT_CAINFO, file) }
    // The environment's proxies are not ours: an address is checked where we connect to it.
    handle.set(CURLOPT_PROXY, "")
    weft_curl_set_open_socket(handle.raw) { context, _, address in Transfer.from(context).openSocket(address) }
    handle.setPointer(CURLOPT_OPENSOCKETDATA, me)
    weft_curl_set_write(handle.raw, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
      Transfer.from(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    handle.setPointer(CURLOPT_HEADERDATA, me)
    weft_curl_set_write(handle.raw, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
      Transfer.from(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    handle.setPointer(CURLOPT_WRITEDATA, me)
  }

  /// The transfer behind a callback's context. The thread holds it for as long as its handle is in use.
  static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("curl lost a callback's context") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  /// A line of an answer's head, or of the mail server's replies.
  /// - Returns: The count taken; less ends the transfer.
  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch work {
    case .http: receiveHTTPHeader(bytes)
    case .mail: receiveReply(bytes)
    }
  }

  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard case .http(let request, _) = work else { return bytes.count }
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
    let family = address.pointee.family
    if case .http(let request, _) = work, request.addresses != .operatorConfigured {
      // The structure's last member is as long as `addrlen` says, not as long as its type.
      let start = UnsafeRawPointer(address).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
      let bytes = UnsafeRawBufferPointer(start: start, count: Int(address.pointee.addrlen))
      guard let numeric = IPAddress(socketAddress: bytes), request.addresses.allows(numeric) else {
        objection = .addressRefused(request.url)
        return -1
      }
      // A name may have several addresses: what curl connects to in the end is one that was allowed.
      objection = nil
    }
    let file = socket(family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    if case .mail = work, file >= 0 { sockets?.opened(file) }
    return file
  }
}
