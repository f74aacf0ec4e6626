/// A message of the conversation about a ticket, as it is stored. The question is none: it stands in the ticket.
struct TicketMessage: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var ticketID: String
  var authorID: String
  var authorEmail: String
  /// Whether an administrator wrote it, as one.
  var isFromStaff: Bool
  var content: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  /// Files that came with it, in the order in which they were given.
  var attachments: [FileRecord] = []

  init(id: String, ticketID: String, authorID: String, authorEmail: String, isFromStaff: Bool, content: String, createdAt: Int64) {
    self.id = id
    self.ticketID = ticketID
    self.authorID = authorID
    self.authorEmail = authorEmail
    self.isFromStaff = isFromStaff
    self.content = content
    self.createdAt = createdAt
  }

  /// The question, as the message that a conversation begins with: it bears the ticket's id.
  init(questionOf ticket: Ticket) {
    self.init(
      id: ticket.id, ticketID: ticket.id, authorID: ticket.creatorID, authorEmail: ticket.creatorEmail, isFromStaff: false,
      content: ticket.content, createdAt: ticket.createdAt)
  }
}
