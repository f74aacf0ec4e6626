internal import CCurl

/// SMTP: what curl is told, and what the server's replies mean (RFC 5321, section 4.2).
extension Transfer {
  /// How much of a server's reply is kept.
  private static let replyBytesMax = 200

  func configure(_ handle: EasyHandle, _ mail: OutboundMail, _ sockets: MailSockets) {
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
    weft_curl_set_read(handle.raw) { room, _, count, context in
      Transfer.from(context).giveMail(UnsafeMutableRawBufferPointer(start: room, count: count))
    }
    handle.setPointer(CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
    // The connection may live on when this transfer is gone, so the callback's context is the thread's own object.
    weft_curl_set_close_socket(handle.raw) { context, file in
      if let context { Unmanaged<MailSockets>.fromOpaque(context).takeUnretainedValue().close(file) }
      return 0
    }
    handle.setPointer(CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
  }

  func mailResult(_ handle: EasyHandle, _ code: CURLcode) -> Answer {
    if code == CURLE_OK { return .success(OutboundResponse(status: handle.responseCode, headers: [], body: [])) }
    if let failure = commonFailure(handle, code) { return .failure(failure) }
    let reply = handle.responseCode
    let text = lastReply.isEmpty ? handle.explanation(code) : lastReply
    return .failure(isForGood(handle, code, reply) ? .mailRefused(code: reply, reply: text) : .mailDeferred(code: reply, reply: text))
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

  func receiveReply(_ bytes: UnsafeRawBufferPointer) -> Int {
    // The goodbye to a refusal is not what counts.
    if bytes.starts(with: "221".utf8) { return bytes.count }
    // A server must not be able to fill the log or to write lines of its own into it.
    lastReply = String(decoding: bytes.prefix(Self.replyBytesMax).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    while lastReply.last == " " { lastReply.removeLast() }
    return bytes.count
  }

  private func giveMail(_ room: UnsafeMutableRawBufferPointer) -> Int {
    guard case .mail(let mail) = work else { return 0 }
    let part = mail.message[sentCount...].prefix(room.count)
    room.copyBytes(from: part)
    sentCount += part.count
    return part.count
  }
}
