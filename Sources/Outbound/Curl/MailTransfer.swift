internal import CCurl
internal import Platform
internal import Synchronization

/// One mail on its way: what curl is told, and what the server's replies mean (RFC 5321, section 4.2).
///
/// Everything but `isCancelled` and `endsAt` belongs to the thread that sends it.
final class MailTransfer: @unchecked Sendable {  // see above: handed over through the pool's queue, never used by two
  /// How much of a server's reply is kept.
  private static let replyBytesMax = 200
  /// How long a server may be silent after a refusal, before nobody waits for its goodbye.
  private static let goodbyeMax = Duration.seconds(5)

  let deadline: MonotonicInstant
  private let mail: OutboundMail
  private let cancelFlag = Atomic<Bool>(false)
  /// When everything that is under way is broken off, in nanoseconds of `MonotonicInstant`; the pool's.
  private let endsAt: SharedInstant
  /// How much of the message has been handed to curl.
  private var sentCount = 0
  private var lastReply = ""
  private var refusedAt = MonotonicInstant.never
  private var objection: OutboundError?

  init(_ mail: OutboundMail, endsAt: SharedInstant) {
    self.mail = mail
    self.endsAt = endsAt
    deadline = .now() + mail.timeout
  }

  func cancel() { cancelFlag.store(true, ordering: .releasing) }

  /// Why it is not to go on, if so.
  var reasonToEnd: OutboundError? {
    cancelFlag.load(ordering: .acquiring) ? .cancelled : endsAt.value <= .now() ? .closed : deadline <= .now() ? .timeout : nil
  }

  func configure(_ handle: EasyHandle) {
    let server = mail.server
    let host = server.host.utf8.contains(UInt8(ascii: ":")) ? "[\(server.host)]" : server.host
    handle.set(CURLOPT_URL, "\(server.security == .implicitTLS ? "smtps" : "smtp")://\(host):\(server.port)")
    handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    handle.set(CURLOPT_USE_SSL, Int(server.security == .none ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
    if let credentials = server.credentials {
      handle.set(CURLOPT_USERNAME, credentials.user)
      handle.set(CURLOPT_PASSWORD, credentials.password)
    }
    handle.set(CURLOPT_MAIL_FROM, "<\(mail.from)>")
    handle.setList(CURLOPT_MAIL_RCPT, ["<\(mail.to)>"])
    handle.set(CURLOPT_UPLOAD, 1)
    handle.setOffset(CURLOPT_INFILESIZE_LARGE, mail.message.count)
    let me = Unmanaged.passUnretained(self).toOpaque()
    weft_curl_set_read(handle.raw) { room, _, count, context in
      MailTransfer.from(context).give(UnsafeMutableRawBufferPointer(start: room, count: count))
    }
    handle.setPointer(CURLOPT_READDATA, me)
    weft_curl_set_write(handle.raw, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
      MailTransfer.from(context).receive(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    handle.setPointer(CURLOPT_HEADERDATA, me)
    // Called at least once a second, also where curl 7.88 blocks: for the reply to the message and the one to QUIT.
    weft_curl_set_progress(handle.raw) { context, _, _, _, _ in MailTransfer.from(context).isOver() ? 1 : 0 }
    handle.setPointer(CURLOPT_XFERINFODATA, me)
    handle.set(CURLOPT_NOPROGRESS, 0)
  }

  /// What curl's end means; nil when the server has taken the mail.
  func result(_ handle: EasyHandle, _ code: CURLcode) -> OutboundError? {
    if code == CURLE_OK { return nil }
    if code == CURLE_ABORTED_BY_CALLBACK, let objection { return objection }
    if let failure = handle.commonFailure(code) { return failure }
    let reply = handle.responseCode
    let text = lastReply.isEmpty ? handle.explanation(code) : lastReply
    return isForGood(handle, code, reply) ? .mailRefused(code: reply, reply: text) : .mailDeferred(code: reply, reply: text)
  }

  /// Whether the server will never take this message. A 5xx that speaks of us (no login, wrong password, this sender not
  /// allowed, the greeting itself) does not: the operator can put that right, and no mail is to be lost meanwhile.
  private func isForGood(_ handle: EasyHandle, _ code: CURLcode, _ reply: Int) -> Bool {
    guard (500...599).contains(reply), code != CURLE_LOGIN_DENIED, code != CURLE_REMOTE_ACCESS_DENIED else { return false }
    // RFC 4954, section 6: authentication is missing, too weak or has failed.
    if [530, 534, 535, 538].contains(reply) { return false }
    // Curl says so for MAIL, RCPT and DATA alike, and only its words tell which; later replies come after the message was read.
    if code == CURLE_SEND_ERROR { return !handle.explanation(code).hasPrefix("MAIL failed") }
    return sentCount > 0
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> MailTransfer {
    guard let context else { preconditionFailure("curl lost a callback's context") }
    return Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
  }

  private func isOver() -> Bool {
    objection = reasonToEnd
    return objection != nil || refusedAt + Self.goodbyeMax <= .now()
  }

  /// A line of the server's.
  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    refusedAt = bytes.first == UInt8(ascii: "4") || bytes.first == UInt8(ascii: "5") ? .now() : .never
    // The goodbye to a refusal is not what counts.
    if bytes.starts(with: "221".utf8) { return bytes.count }
    // A server must not be able to fill the log or to write lines of its own into it.
    lastReply = String(decoding: bytes.prefix(Self.replyBytesMax).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    while lastReply.last == " " { lastReply.removeLast() }
    return bytes.count
  }

  private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let part = mail.message[sentCount...].prefix(room.count)
    room.copyBytes(from: part)
    sentCount += part.count
    return part.count
  }
}
