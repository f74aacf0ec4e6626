import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// The caller's own tickets (chapter 2 of the document).
struct TicketService: CSAv1.TicketServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let links: FileLinks

  /// POST /api/tickets
  func createTicket(_ request: CSAv1.CreateTicketRequest, _ call: ServerCall) async throws -> CSAv1.Ticket {
    let caller = try call.caller()
    let new = Ticket(
      id: ids.next(), creatorID: caller.id, creatorEmail: "", title: request.title, type: request.ticketType, content: request.content,
      createdAt: time.wallMicroseconds)
    let ticket = try await database.write(for: call) { transaction in
      // The address is read here, so that the answer shows what is stored, and an account that is gone is an error.
      guard let creator = try UserStore.user(id: new.creatorID, transaction) else { throw CustomerServiceError.invalidToken }
      var ticket = new
      ticket.creatorEmail = creator.email
      ticket = try TicketStore.insert(ticket, transaction)
      _ = try TicketAttachmentStore.attach(
        request.attachmentIds, of: ticket.creatorID, to: ticket.id, ticketID: ticket.id, transaction)
      return ticket
    }
    return CSAv1.Ticket(ticket)
  }

  /// GET /api/tickets
  func listTickets(_ request: CSAv1.ListTicketsRequest, _ call: ServerCall) async throws -> CSAv1.ListTicketsResponse {
    let selection = TicketStore.Selection(
      creatorID: try call.caller().id, status: request.statusFilter, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10))
    let (total, tickets) = try await database.read(for: call) { try TicketStore.page(selection, $0) }
    var response = CSAv1.ListTicketsResponse()
    response.total = total
    response.items = tickets.map { CSAv1.Ticket($0) }
    return response
  }

  /// GET /api/tickets/{ticket_id}
  func getTicket(_ request: CSAv1.GetTicketRequest, _ call: ServerCall) async throws -> CSAv1.Ticket {
    let caller = try call.caller()
    let ticket = try await database.read(for: call) { try TicketStore.ticket(request.ticketID, $0) }
    guard let ticket else { throw CustomerServiceError.ticketNotFound }
    try ticket.require(creator: caller.id, for: .read)
    return CSAv1.Ticket(ticket)
  }

  /// PUT /api/tickets/{ticket_id}
  func updateTicket(_ request: CSAv1.UpdateTicketRequest, _ call: ServerCall) async throws -> CSAv1.Ticket {
    let caller = try call.caller()
    guard request.title != nil || request.content != nil else { throw CustomerServiceError.noTicketField }
    let now = time.wallMicroseconds
    let ticket = try await database.write(for: call) { transaction in
      guard let old = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      try old.require(creator: caller.id, for: .update)
      try old.requireUnanswered()
      var ticket = old
      ticket.title = request.title ?? ticket.title
      ticket.content = request.content ?? ticket.content
      ticket.updatedAt = now
      try TicketStore.update(old, to: ticket, transaction)
      return ticket
    }
    return CSAv1.Ticket(ticket)
  }

  /// DELETE /api/tickets/{ticket_id}
  func deleteTicket(_ request: CSAv1.DeleteTicketRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let caller = try call.caller()
    try await database.write(for: call) { transaction in
      guard let ticket = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      try ticket.require(creator: caller.id, for: .delete)
      try TicketStore.delete(ticket, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  func listTicketMessages(_ request: CSAv1.ListTicketMessagesRequest, _ call: ServerCall) async throws -> CSAv1.ListTicketMessagesResponse {
    let caller = try call.caller()
    let (total, messages) = try await database.read(for: call) { transaction in
      guard let ticket = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      try ticket.require(creator: caller.id, for: .read)
      return try TicketMessageStore.page(of: ticket, skip: request.skip ?? 0, limit: Int64(request.limit ?? 100), transaction)
    }
    return try .with {
      $0.total = total
      $0.items = try messages.map { try CSAv1.TicketMessage($0, links: links) }
    }
  }

  func addTicketMessage(_ request: CSAv1.AddTicketMessageRequest, _ call: ServerCall) async throws -> CSAv1.TicketMessage {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let id = ids.next()
    let message = try await database.write(for: call) { transaction in
      guard let ticket = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      try ticket.require(creator: caller.id, for: .update)
      var message = try TicketStore.add(
        TicketMessage(
          id: id, ticketID: ticket.id, authorID: caller.id, authorEmail: ticket.creatorEmail, isFromStaff: false,
          content: request.content, createdAt: now),
        to: ticket, transaction)
      message.attachments = try TicketAttachmentStore.attach(
        request.attachmentIds, of: caller.id, to: id, ticketID: ticket.id, transaction)
      return message
    }
    return try CSAv1.TicketMessage(message, links: links)
  }

  func searchTickets(_ request: CSAv1.SearchTicketsRequest, _ call: ServerCall) async throws -> CSAv1.SearchTicketsResponse {
    let caller = try call.caller()
    let (total, tickets) = try await database.read(for: call) { transaction in
      try TicketSearch.page(
        request.query, creatorID: caller.id, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10), transaction)
    }
    return .with {
      $0.total = total
      $0.items = tickets.map { CSAv1.Ticket($0) }
    }
  }
}
