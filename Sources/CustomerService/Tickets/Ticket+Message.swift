import CustomerServiceAPI
import Protobuf

extension CSAv1.Ticket {
  /// What the document shows of a ticket.
  init(_ ticket: Ticket) {
    self.init()
    id = ticket.id
    title = ticket.title
    ticketType = ticket.type
    content = ticket.content
    status = ticket.status
    creatorEmail = ticket.creatorEmail
    createdAt = GoogleProtobuf.Timestamp(microseconds: ticket.createdAt)
    updatedAt = ticket.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    if let reply = ticket.latestReply {
      feedback = reply.feedback
      responderEmail = reply.responderEmail
      repliedAt = GoogleProtobuf.Timestamp(microseconds: reply.createdAt)
    }
  }
}
