import Testing

@testable import CustomerService

@Suite struct TicketTests {
  private let ticket = Ticket.sample("t", of: .sample(), createdAt: 1)

  @Test func onlyItsCreatorMayTouchIt() throws {
    try ticket.require(creator: ticket.creatorID, for: .delete)
    for act in [TicketAct.read, .update, .delete] {
      #expect(throws: CustomerServiceError.foreignTicket(act)) { try ticket.require(creator: "somebody", for: act) }
    }
  }

  @Test func aReplyClosesItForChanges() throws {
    try ticket.requireUnanswered()
    var answered = ticket
    answered.latestReply = TicketReply(responderEmail: "x@example.com", feedback: "好", createdAt: 2)
    #expect(throws: CustomerServiceError.ticketAlreadyReplied) { try answered.requireUnanswered() }
  }
}
