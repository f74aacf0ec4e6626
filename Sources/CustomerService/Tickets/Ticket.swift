/// A ticket as it is stored, together with what the document shows of its people and of its latest reply.
struct Ticket: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var creatorID: String
  var creatorEmail: String
  var title: String
  /// "financial", "technical" or "business"; the proto's rule has seen to it.
  var type: String
  var content: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?
  /// The latest reply; earlier ones are kept as rows of their own.
  var latestReply: TicketReply?

  /// "pending" until the first reply, "replied" from then on (2.2, 状态筛选).
  var status: String { latestReply == nil ? Status.pending : Status.replied }

  enum Status {
    static let pending = "pending"
    static let replied = "replied"
  }

  /// A foreign ticket may not be read, changed or deleted, not even by an administrator over REST.
  func require(creator callerID: String, for act: TicketAct) throws(CustomerServiceError) {
    guard creatorID == callerID else { throw .foreignTicket(act) }
  }

  /// Only a ticket that nobody has replied to may change (2.4).
  func requireUnanswered() throws(CustomerServiceError) {
    guard latestReply == nil else { throw .ticketAlreadyReplied }
  }
}

/// One reply of an administrator to a ticket.
struct TicketReply: Equatable, Sendable {
  var responderEmail: String
  var feedback: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
}
