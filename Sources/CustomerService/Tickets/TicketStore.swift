import Storage

/// All SQL about tickets. What changes one keeps the counts and the search index beside it.
enum TicketStore {
  /// Which part of which list.
  struct Selection: Sendable {
    /// Whose tickets; nil gives everybody's.
    var creatorID: String?
    /// "pending" or "replied"; nil gives both.
    var status: String?
    var skip: Int64
    var limit: Int64

    fileprivate var parameters: SQLParameters {
      var parameters: SQLParameters = [:]
      if let creatorID { parameters.append("user_id", .text(creatorID)) }
      if let status { parameters.append("status", .text(status)) }
      parameters.append("limit", .integer(limit))
      parameters.append("skip", .integer(skip))
      return parameters
    }

    /// The numbers of its tickets, from an index alone: a page far down the list reads no ticket that it does not show.
    var sql: StaticString {
      switch (creatorID, status) {
      case (nil, nil): "SELECT number FROM csa_tickets ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      case (nil, _):
        "SELECT number FROM csa_tickets WHERE status = $status ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      case (_, nil):
        "SELECT number FROM csa_tickets WHERE user_id = $user_id ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      default:
        """
        SELECT number FROM csa_tickets WHERE user_id = $user_id AND status = $status
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """
      }
    }
  }

  static func ticket(_ id: String, _ transaction: ReadTransaction) throws -> Ticket? {
    try transaction.first("SELECT * FROM csa_ticket_rows WHERE id = $id", ["id": .text(id)], ticket)
  }

  static func ticket(number: Int64, _ transaction: ReadTransaction) throws -> Ticket? {
    try transaction.first("SELECT * FROM csa_ticket_rows WHERE number = $number", ["number": .integer(number)], ticket)
  }

  /// The first numbers after `number`.
  static func numbers(after number: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [Int64] {
    try transaction.query(
      "SELECT number FROM csa_tickets WHERE number > $number ORDER BY number LIMIT $limit",
      ["number": .integer(number), "limit": .integer(limit)]
    ) { try $0.integer(0) }
  }

  /// How many there are in all, and those of the page, newest first; of the same instant, the greater id first. Of one moment, because
  /// both are read in one transaction.
  static func page(_ selection: Selection, _ transaction: ReadTransaction) throws -> (total: Int64, tickets: [Ticket]) {
    let total = try TicketCountStore.count(of: selection.creatorID, status: selection.status, transaction)
    guard selection.skip < total else { return (total, []) }
    let numbers = try transaction.query(selection.sql, selection.parameters) { try $0.integer(0) }
    return (total, try numbers.compactMap { try ticket(number: $0, transaction) })
  }

  /// Adds a ticket that nobody has replied to.
  ///
  /// - Returns: The ticket with its number. Of calls at the same time the one that comes later is the later ticket also by its time: then
  ///   the order of numbers, in which a search answers, is that of the lists.
  static func insert(_ new: Ticket, _ transaction: Transaction) throws -> Ticket {
    var ticket = new
    let last = try transaction.first("SELECT number, created_at FROM csa_tickets ORDER BY number DESC LIMIT 1") { row in
      (number: try row.integer(0), createdAt: try row.integer(1))
    }
    ticket.number = (last?.number ?? 0) + 1
    // A clock that was set back by more is believed.
    if let last, last.createdAt >= ticket.createdAt, last.createdAt - ticket.createdAt < 1_000_000 { ticket.createdAt = last.createdAt + 1 }
    try transaction.execute(
      """
      INSERT INTO csa_tickets (number, id, user_id, title, ticket_type, content, status, created_at)
      VALUES ($number, $id, $user_id, $title, $ticket_type, $content, $status, $created_at)
      """,
      [
        "number": .integer(ticket.number), "id": .text(ticket.id), "user_id": .text(ticket.creatorID), "title": .text(ticket.title),
        "ticket_type": .text(ticket.type), "content": .text(ticket.content), "status": .text(ticket.status),
        "created_at": .integer(ticket.createdAt),
      ])
    try TicketCountStore.add(1, of: ticket.creatorID, status: ticket.status, transaction)
    TicketSearch.index.insert(TicketSearch.document(ticket, messages: []), transaction)
    return ticket
  }

  /// Changes title and content.
  ///
  /// - Parameter old: As it is stored.
  static func update(_ old: Ticket, to ticket: Ticket, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_tickets SET title = $title, content = $content, updated_at = $updated_at WHERE number = $number",
      [
        "number": .integer(ticket.number), "title": .text(ticket.title), "content": .text(ticket.content),
        "updated_at": .optionalInteger(ticket.updatedAt),
      ])
    try TicketSearch.index.replace(
      TicketSearch.document(old, transaction), with: TicketSearch.document(ticket, transaction), transaction)
  }

  /// Takes the messages along.
  static func delete(_ ticket: Ticket, _ transaction: Transaction) throws {
    try TicketSearch.index.remove(TicketSearch.document(ticket, transaction), transaction)
    try transaction.execute("DELETE FROM csa_tickets WHERE number = $number", ["number": .integer(ticket.number)])
    try TicketCountStore.add(-1, of: ticket.creatorID, status: ticket.status, transaction)
  }

  /// Adds a message. One of the staff is the latest reply; one of the creator's makes the ticket wait for another.
  ///
  /// - Parameter ticket: As it is stored.
  /// - Returns: The message, later than all before it also by its time: a conversation is read in the order in which it was written.
  @discardableResult
  static func add(_ new: TicketMessage, to ticket: Ticket, _ transaction: Transaction) throws -> TicketMessage {
    var message = new
    let newest = try TicketMessageStore.newest(of: ticket.id, transaction) ?? ticket.createdAt
    message.createdAt = max(message.createdAt, newest + 1)
    let old = try TicketSearch.document(ticket, transaction)
    try TicketMessageStore.insert(message, transaction)
    try TicketSearch.index.replace(old, with: TicketSearch.document(ticket, transaction), transaction)
    let status = message.isFromStaff ? Ticket.Status.replied : Ticket.Status.pending
    try transaction.execute(
      """
      UPDATE csa_tickets SET latest_reply_id = coalesce($reply_id, latest_reply_id), status = $status, updated_at = $updated_at
      WHERE number = $number
      """,
      [
        "reply_id": .optionalText(message.isFromStaff ? message.id : nil), "status": .text(status),
        "updated_at": .integer(message.createdAt), "number": .integer(ticket.number),
      ])
    if status != ticket.status {
      try TicketCountStore.add(-1, of: ticket.creatorID, status: ticket.status, transaction)
      try TicketCountStore.add(1, of: ticket.creatorID, status: status, transaction)
    }
    return message
  }

  private static func ticket(_ row: borrowing Row) throws -> Ticket {
    var reply: TicketReply?
    if let feedback = try row.optionalText("feedback") {
      reply = TicketReply(
        responderEmail: try row.text("responder_email"), feedback: feedback, createdAt: try row.integer("replied_at"))
    }
    return Ticket(
      id: try row.text("id"), number: try row.integer("number"), creatorID: try row.text("user_id"),
      creatorEmail: try row.text("creator_email"),
      title: try row.text("title"), type: try row.text("ticket_type"), content: try row.text("content"),
      status: try row.text("status"), createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"),
      latestReply: reply)
  }
}
