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
  private let cancelFlag = Atomic<Bool>(false)
  /// The caller, until it was answered.
  private var caller: UnsafeContinuation<Answer, Never>?

  /// There while it is under way.
  private var handle: EasyHandle?
  private var headers: [(name: String, value: String)] = []
  private var headerBytesLeft = 0
  private var body: [UInt8] = []
  /// What a callback of ours found wrong; it counts more than what curl made of it.
  private var objection: OutboundError?

  init(_ request: OutboundRequest, _ url: OutboundURL) {
    self.request = request
    self.url = url
    deadline = .now() + request.timeout
  }

  /// Whose limit it counts towards.
  var hostKey: String { "\(url.scheme) \(url.authority)" }

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
  func begin(_ options: OutboundOptions) -> UnsafeMutableRawPointer? {
    guard let handle = EasyHandle() else { return nil }
    self.handle = handle
    headerBytesLeft = options.headerBytesMax
    handle.configure(options, deadline: deadline)
    configureRequest(handle)
    configureCallbacks(handle)
    return handle.raw
  }

  /// What curl's end of the transfer means.
  func result(_ code: CURLcode) -> Answer {
    guard let handle else { return .failure(.closed) }
    if let objection { return .failure(objection) }
    if code == CURLE_OK { return .success(OutboundResponse(status: handle.responseCode, headers: headers, body: body)) }
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
    if let body = request.body {
      handle.setBody(body)
    } else if request.method == .post || request.method == .put || request.method == .patch {
      handle.setBody([])
    }
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // Curl would add both of its own accord: the first costs a round trip, the second would be wrong.
    for name in ["Expect", "Content-Type"] where !request.headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
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

  private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
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
