import Console
import CustomerServiceAPI

/// Prints the messages of a conversation, oldest first.
struct AdminThreadPrinter {
  let form: AdminOutput.Form

  func print(_ message: CSAv1.TicketMessage) throws {
    guard form == .text else { return Terminal.line(try AdminSession.json(message)) }
    let time = AdminResource<CSAv1.TicketMessage>.time(message.createdAt)
    let head = SafeText.line("\(message.authorEmail)\(message.fromStaff ? " (staff)" : "")  \(time)")
    var lines = ["", Terminal.isStyled ? "\u{1b}[1m── \(head)\u{1b}[0m" : "── \(head)", SafeText.paragraph(message.content)]
    for file in message.attachments {
      lines.append("  + " + SafeText.line("\(file.filename)  \(file.fileSize) bytes  \(file.contentType)  \(file.downloadURL)"))
    }
    Terminal.line(lines.joined(separator: "\n"))
  }
}
