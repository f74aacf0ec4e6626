import Delivery
import RPC

/// Mail about tickets.
struct TicketNotices: Sendable {
  /// How much of a reply a mail shows, in characters: the whole of it is in the ticket.
  static let replyCharactersMax = 2000

  let mail: any MessageSender

  /// Tells the creator of a ticket that it was replied to. A mail that cannot be queued is a line in the log and no more: the reply
  /// stands, and whoever wrote it must not be told to write it again.
  ///
  /// - Parameter creator: None is sent to a disabled account, nor to an address that we made up.
  func replied(to ticket: Ticket, of creator: User, _ call: ServerCall) async {
    guard let reply = ticket.latestReply, creator.isActive, !PhoneAccounts.isMadeUp(creator.email) else { return }
    do {
      try await mail.send(
        OutgoingMessage(
          channel: .email, to: creator.email, purpose: "reply", subject: "工单有新回复：\(ticket.title)",
          text: Self.text(title: ticket.title, feedback: reply.feedback)))
    } catch {
      call.logger.error("the creator of a ticket could not be told of a reply", metadata: ["ticket": "\(ticket.id)", "error": "\(error)"])
    }
  }

  static func text(title: String, feedback: String) -> String {
    let shown = feedback.unicodeScalars.prefix(replyCharactersMax)
    let isWhole = shown.endIndex == feedback.unicodeScalars.endIndex
    return "您的工单“\(title)”有新回复：\n\n\(String(shown))\(isWhole ? "" : "……\n\n（回复较长，请登录后查看全文。）")\n\n如需补充，请登录后在工单中继续留言；请勿直接回复本邮件。"
  }
}
