import Storage

/// All SQL about the messages of tickets.
enum TicketMessageStore {
  static func insert(_ message: TicketMessage, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_ticket_messages (id, ticket_id, author_id, from_staff, created_at, content)
      VALUES ($id, $ticket_id, $author_id, $from_staff, $created_at, $content)
      """,
      [
        "id": .text(message.id), "ticket_id": .text(message.ticketID), "author_id": .text(message.authorID),
        "from_staff": .bool(message.isFromStaff), "created_at": .integer(message.createdAt), "content": .text(message.content),
      ])
  }

  /// How many messages a conversation has in all, the question included, and those of a page, oldest first.
  static func page(
    of ticket: Ticket, skip: Int64, limit: Int64, _ transaction: ReadTransaction
  ) throws -> (total: Int64, messages: [TicketMessage]) {
    let total = try count(of: ticket.id, transaction) + 1
    var messages: [TicketMessage] = skip == 0 ? [TicketMessage(questionOf: ticket)] : []
    messages += try self.messages(of: ticket.id, skip: max(0, skip - 1), limit: limit - Int64(messages.count), transaction)
    for index in messages.indices { messages[index].attachments = try TicketAttachmentStore.files(of: messages[index].id, transaction) }
    return (total, messages)
  }

  static func count(of ticketID: String, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT count(*) FROM csa_ticket_messages WHERE ticket_id = $ticket_id", ["ticket_id": .text(ticketID)]) ?? 0
  }

  /// A part of a ticket's messages, oldest first; of the same instant, the smaller id first.
  static func messages(of ticketID: String, skip: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [TicketMessage] {
    try transaction.query(
      """
      SELECT m.id, m.ticket_id, m.author_id, u.email AS author_email, m.from_staff, m.content, m.created_at
      FROM csa_ticket_messages m JOIN csa_users u ON u.id = m.author_id
      WHERE m.ticket_id = $ticket_id ORDER BY m.created_at, m.id LIMIT $limit OFFSET $skip
      """, ["ticket_id": .text(ticketID), "limit": .integer(limit), "skip": .integer(skip)]
    ) { row in
      TicketMessage(
        id: try row.text("id"), ticketID: try row.text("ticket_id"), authorID: try row.text("author_id"),
        authorEmail: try row.text("author_email"), isFromStaff: try row.bool("from_staff"), content: try row.text("content"),
        createdAt: try row.integer("created_at"))
    }
  }

  /// When the latest was written; nil if there is none.
  static func newest(of ticketID: String, _ transaction: ReadTransaction) throws -> Int64? {
    try transaction.integer(
      "SELECT created_at FROM csa_ticket_messages WHERE ticket_id = $ticket_id ORDER BY created_at DESC LIMIT 1",
      ["ticket_id": .text(ticketID)])
  }

  /// What a ticket's messages say, oldest first, until there are `bytesMax` bytes of it.
  static func texts(of ticketID: String, bytesMax: Int, _ transaction: ReadTransaction) throws -> [String] {
    var texts: [String] = []
    var bytesLeft = bytesMax
    try transaction.rows(
      "SELECT content FROM csa_ticket_messages WHERE ticket_id = $ticket_id ORDER BY created_at, id", ["ticket_id": .text(ticketID)]
    ) { row in
      guard bytesLeft > 0 else { return false }
      texts.append(try row.text(0))
      bytesLeft -= texts[texts.count - 1].utf8.count
      return true
    }
    return texts
  }
}
