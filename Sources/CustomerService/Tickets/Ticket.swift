/// A ticket as it is stored, together with what the document shows of its people and of its latest reply.
struct Ticket: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  /// Greater for every later one; 0 until it is stored.
  var number: Int64 = 0
  var creatorID: String
  var creatorEmail: String
  var title: String
  /// "financial", "technical" or "business"; the proto's rule has seen to it.
  var type: String
  var content: String
  /// "replied" from a reply on until its creator adds something (2.2, 状态筛选).
  var status = Status.pending
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?
  /// The latest reply; earlier ones are messages as well.
  var latestReply: TicketReply?

  enum Status {
    static let pending = "pending"
    static let replied = "replied"
  }

  /// A foreign ticket may not be read, changed or deleted, not even by an administrator over REST.
  func require(creator callerID: String, for act: TicketAct) throws(CustomerServiceError) {
    guard creatorID == callerID else { throw .foreignTicket(act) }
  }

  /// Only a ticket that nobody has replied to may change (2.4): a reply would answer what no longer stands there. So this holds
  /// also while it waits for another reply.
  func requireUnanswered() throws(CustomerServiceError) {
    guard latestReply == nil else { throw .ticketAlreadyReplied }
  }
}

/// What a ticket shows of its latest reply.
struct TicketReply: Equatable, Sendable {
  var responderEmail: String
  var feedback: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
}
