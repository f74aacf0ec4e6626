import Storage

/// All SQL about tickets and their replies.
enum TicketStore {
  /// Which part of which list.
  struct Selection: Sendable {
    /// Whose tickets; nil gives everybody's.
    var creatorID: String?
    /// "pending" or "replied"; nil gives both.
    var status: String?
    var skip: Int64
    var limit: Int64

    fileprivate var filters: SQLParameters {
      var parameters: SQLParameters = [:]
      if let creatorID { parameters.append("user_id", .text(creatorID)) }
      if let status { parameters.append("status", .text(status)) }
      return parameters
    }

    fileprivate var all: SQLParameters {
      var parameters = filters
      parameters.append("limit", .integer(limit))
      parameters.append("skip", .integer(skip))
      return parameters
    }
  }

  static func ticket(_ id: String, _ transaction: ReadTransaction) throws -> Ticket? {
    try transaction.first("SELECT * FROM csa_ticket_rows WHERE id = $id", ["id": .text(id)], ticket)
  }

  /// Newest first; of the same instant, the greater id first.
  static func tickets(_ selection: Selection, _ transaction: ReadTransaction) throws -> [Ticket] {
    let sql: StaticString =
      switch (selection.creatorID, selection.status) {
      case (nil, nil): "SELECT * FROM csa_ticket_rows ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      case (nil, _): "SELECT * FROM csa_ticket_rows WHERE status = $status ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      case (_, nil): "SELECT * FROM csa_ticket_rows WHERE user_id = $user_id ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      default:
        """
        SELECT * FROM csa_ticket_rows WHERE user_id = $user_id AND status = $status
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """
      }
    return try transaction.query(sql, selection.all, ticket)
  }

  /// How many there are in all, and those of the page; of one moment, because both are read in one transaction.
  static func page(_ selection: Selection, _ transaction: ReadTransaction) throws -> (total: Int64, tickets: [Ticket]) {
    (try count(selection, transaction), try tickets(selection, transaction))
  }

  static func count(_ selection: Selection, _ transaction: ReadTransaction) throws -> Int64 {
    let sql: StaticString =
      switch (selection.creatorID, selection.status) {
      case (nil, nil): "SELECT count(*) FROM csa_tickets"
      case (nil, _): "SELECT count(*) FROM csa_tickets WHERE status = $status"
      case (_, nil): "SELECT count(*) FROM csa_tickets WHERE user_id = $user_id"
      default: "SELECT count(*) FROM csa_tickets WHERE user_id = $user_id AND status = $status"
      }
    return try transaction.integer(sql, selection.filters) ?? 0
  }

  static func insert(_ ticket: Ticket, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_tickets (id, user_id, title, ticket_type, content, status, created_at)
      VALUES ($id, $user_id, $title, $ticket_type, $content, $status, $created_at)
      """,
      [
        "id": .text(ticket.id), "user_id": .text(ticket.creatorID), "title": .text(ticket.title), "ticket_type": .text(ticket.type),
        "content": .text(ticket.content), "status": .text(ticket.status), "created_at": .integer(ticket.createdAt),
      ])
  }

  static func update(_ ticket: Ticket, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_tickets SET title = $title, content = $content, updated_at = $updated_at WHERE id = $id",
      [
        "id": .text(ticket.id), "title": .text(ticket.title), "content": .text(ticket.content),
        "updated_at": .optionalInteger(ticket.updatedAt),
      ])
  }

  /// Takes the replies along.
  static func delete(_ id: String, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_tickets WHERE id = $id", ["id": .text(id)])
  }

  /// Adds a reply and makes it the latest.
  static func insertReply(
    _ id: String, to ticketID: String, by responderID: String, feedback: String, at time: Int64, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO csa_ticket_replies (id, ticket_id, responder_id, feedback, created_at)
      VALUES ($id, $ticket_id, $responder_id, $feedback, $created_at)
      """,
      [
        "id": .text(id), "ticket_id": .text(ticketID), "responder_id": .text(responderID), "feedback": .text(feedback),
        "created_at": .integer(time),
      ])
    try transaction.execute(
      "UPDATE csa_tickets SET latest_reply_id = $reply_id, status = 'replied', updated_at = $updated_at WHERE id = $id",
      ["id": .text(ticketID), "reply_id": .text(id), "updated_at": .integer(time)])
  }

  private static func ticket(_ row: borrowing Row) throws -> Ticket {
    var reply: TicketReply?
    if let feedback = try row.optionalText("feedback") {
      reply = TicketReply(
        responderEmail: try row.text("responder_email"), feedback: feedback, createdAt: try row.integer("replied_at"))
    }
    return Ticket(
      id: try row.text("id"), creatorID: try row.text("user_id"), creatorEmail: try row.text("creator_email"),
      title: try row.text("title"), type: try row.text("ticket_type"), content: try row.text("content"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"), latestReply: reply)
  }
}
