internal import Identity

/// A mail as it goes over the wire (RFC 5322): text and HTML of the same words, every line 7-bit and short.
struct MailMessage {
  let from: MailAddress
  let to: MailAddress
  let subject: String
  let text: String
  /// Shown large in the HTML part, where the text has it.
  let code: String?
  /// Names the message for good, so that receivers can tell when one comes twice: letters and digits.
  let id: String
  let wallMicroseconds: Int64

  /// The message, lines ended by CRLF.
  var bytes: [UInt8] {
    // Base64 has no "=_" in it, so the boundary cannot stand in a part.
    let boundary = "=_\(id)"
    var message = ""
    if let name = from.name {
      message += MailHeader.field("From", name, suffix: " <\(from.address)>")
    } else {
      message += "From: \(from.address)\r\n"
    }
    message += "To: \(to.address)\r\n"
    message += MailHeader.field("Subject", subject)
    message += "Date: \(MailDate.text(wallMicroseconds: wallMicroseconds))\r\n"
    message += "Message-ID: <\(id)@\(from.domain)>\r\n"
    // RFC 3834, section 5: nobody's holiday notice is to answer this.
    message += "Auto-Submitted: auto-generated\r\n"
    message += "MIME-Version: 1.0\r\n"
    message += "Content-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n\r\n"
    // RFC 2046, section 5.1.4: the richest comes last.
    for (type, part) in [("plain", text), ("html", MailHTML.page(subject: subject, text: text, code: code))] {
      message += "--\(boundary)\r\nContent-Type: text/\(type); charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      message += Self.lines(part)
    }
    message += "--\(boundary)--\r\n"
    return Array(message.utf8)
  }

  /// Base64 in lines of 76 (RFC 2045, section 6.8), of text whose own lines end with CRLF.
  private static func lines(_ text: String) -> String {
    var bytes: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n"), previous != UInt8(ascii: "\r") { bytes.append(UInt8(ascii: "\r")) }
      if previous == UInt8(ascii: "\r"), byte != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
      bytes.append(byte)
      previous = byte
    }
    bytes += previous == UInt8(ascii: "\n") ? [] : previous == UInt8(ascii: "\r") ? [0x0a] : [0x0d, 0x0a]
    return stride(from: 0, to: bytes.count, by: 57).map { Base64.encodePadded(bytes[$0..<min($0 + 57, bytes.count)]) + "\r\n" }.joined()
  }
}
