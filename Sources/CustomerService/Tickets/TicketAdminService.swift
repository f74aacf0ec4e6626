import CustomerServiceAPI
import Platform
import RPC
import Storage

/// Everybody's tickets, for administrators. Over RPC only.
struct TicketAdminService: CSAAdminV1.TicketAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator

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
    let ticket = try await database.write(for: call) { transaction in
      guard try TicketStore.ticket(request.ticketID, transaction) != nil else { throw CustomerServiceError.ticketNotFound }
      try TicketStore.insertReply(id, to: request.ticketID, by: caller.id, feedback: request.feedback, at: now, transaction)
      try AuditStore.insert(entry, transaction)
      return try TicketStore.ticket(request.ticketID, transaction)
    }
    guard let ticket else { throw CustomerServiceError.ticketNotFound }
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
    throw RPCError(.unimplemented, "尚未提供")
  }

  func searchTickets(_ request: CSAAdminV1.SearchTicketsRequest, _ call: ServerCall) async throws -> CSAAdminV1.SearchTicketsResponse {
    throw RPCError(.unimplemented, "尚未提供")
  }
}
