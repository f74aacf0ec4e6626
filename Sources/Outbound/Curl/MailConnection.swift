internal import CCurl
internal import Glibc

/// A connection to a mail server that is kept from one mail to the next. It blocks, and belongs to one thread of `MailPool`.
final class MailConnection {
  private let options: OutboundOptions
  private var handle: EasyHandle?
  /// What is open; curl closes its sockets through `closed`.
  private var sockets: Set<Int32> = []

  init(options: OutboundOptions) { self.options = options }

  deinit {
    // Curl says QUIT and waits for the answer, for two minutes if need be. At the end nobody has that time.
    for file in sockets { shutdown(file, Int32(SHUT_RDWR)) }
    handle = nil
  }

  /// Hands a mail over. Returns nil when the server has taken it.
  func send(_ transfer: MailTransfer) -> OutboundError? {
    if let failure = transfer.reasonToEnd { return failure }
    guard let handle = handle ?? EasyHandle() else { return .unreachable("libcurl has no memory for a transfer") }
    self.handle = handle
    handle.reset()
    handle.configure(options, deadline: transfer.deadline)
    let me = Unmanaged.passUnretained(self).toOpaque()
    weft_curl_set_open_socket(handle.raw) { context, _, address in MailConnection.from(context).openSocket(address) }
    handle.setPointer(CURLOPT_OPENSOCKETDATA, me)
    weft_curl_set_close_socket(handle.raw) { context, file in MailConnection.from(context).closed(file) }
    handle.setPointer(CURLOPT_CLOSESOCKETDATA, me)
    transfer.configure(handle)
    // The transfer's callbacks point to it.
    return withExtendedLifetime(transfer) { transfer.result(handle, curl_easy_perform(handle.raw)) }
  }

  /// Says goodbye to the server, and waits for no answer: a silent one would keep this thread, and whoever closes the pool meanwhile,
  /// for curl's two minutes.
  func close() {
    for file in sockets { shutdown(file, Int32(SHUT_RD)) }
    handle = nil
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> MailConnection {
    guard let context else { preconditionFailure("curl lost a callback's context") }
    return Unmanaged<MailConnection>.fromOpaque(context).takeUnretainedValue()
  }

  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let address else { return -1 }
    let file = socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    if file >= 0 { sockets.insert(file) }
    return file
  }

  private func closed(_ file: Int32) -> Int32 {
    sockets.remove(file)
    return Glibc.close(file)
  }
}
