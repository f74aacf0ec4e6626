import CustomerServiceAPI
import Platform
import RPC
import Storage

/// Everybody's tickets, for administrators. Over RPC only.
struct TicketAdminService: CSAAdminV1.TicketAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let links: FileLinks
  let notices: TicketNotices

  func listTickets(_ request: CSAAdminV1.ListTicketsRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListTicketsResponse {
    let selection = TicketStore.Selection(
      creatorID: nil, status: request.statusFilter, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10))
    let (total, tickets) = try await database.read(for: call) { try TicketStore.page(selection, $0) }
    var response = CSAAdminV1.ListTicketsResponse()
    response.total = total
    response.items = tickets.map { CSAv1.Ticket($0) }
    return response
  }

  func replyTicket(_ request: CSAAdminV1.ReplyTicketRequest, _ call: ServerCall) async throws -> CSAv1.Ticket {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let id = ids.next()
    let entry = AuditEntry(.ticketReplied, of: request.ticketID, call, ids: ids, now: now)
    let (ticket, creator) = try await database.write(for: call) { transaction in
      guard let ticket = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      let message = TicketMessage(
        id: id, ticketID: ticket.id, authorID: caller.id, authorEmail: "", isFromStaff: true, content: request.feedback, createdAt: now)
      try TicketStore.add(message, to: ticket, transaction)
      _ = try TicketAttachmentStore.attach(request.attachmentIds, of: caller.id, to: id, ticketID: ticket.id, transaction)
      try AuditStore.insert(entry, transaction)
      let creator = try UserStore.user(id: ticket.creatorID, transaction)
      return (try TicketStore.ticket(ticket.id, transaction), creator)
    }
    guard let ticket, let creator else { throw CustomerServiceError.ticketNotFound }
    await notices.replied(to: ticket, of: creator, call)
    return CSAv1.Ticket(ticket)
  }

  func getTicket(_ request: CSAAdminV1.GetTicketRequest, _ call: ServerCall) async throws -> CSAv1.Ticket {
    let ticket = try await database.read(for: call) { try TicketStore.ticket(request.ticketID, $0) }
    guard let ticket else { throw CustomerServiceError.ticketNotFound }
    return CSAv1.Ticket(ticket)
  }

  func listTicketMessages(
    _ request: CSAAdminV1.ListTicketMessagesRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListTicketMessagesResponse {
    let (total, messages) = try await database.read(for: call) { transaction in
      guard let ticket = try TicketStore.ticket(request.ticketID, transaction) else { throw CustomerServiceError.ticketNotFound }
      return try TicketMessageStore.page(of: ticket, skip: request.skip ?? 0, limit: Int64(request.limit ?? 100), transaction)
    }
    return try .with {
      $0.total = total
      $0.items = try messages.map { try CSAv1.TicketMessage($0, links: links) }
    }
  }

  func searchTickets(_ request: CSAAdminV1.SearchTicketsRequest, _ call: ServerCall) async throws -> CSAAdminV1.SearchTicketsResponse {
    let (total, tickets) = try await database.read(for: call) { transaction in
      try TicketSearch.page(request.query, creatorID: nil, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10), transaction)
    }
    return .with {
      $0.total = total
      $0.items = tickets.map { CSAv1.Ticket($0) }
    }
  }
}
