import Platform
import RPC
import Storage

/// One line of the audit trail: who did what to whom, when, and from where.
struct AuditEntry: Sendable, Equatable {
  /// 24 lower-case hex digits, time first.
  var id: String
  /// Microseconds since 1970, UTC.
  var at: Int64
  /// The user who acted; nil where the act is not a user's.
  var actorID: String?
  /// The text of an `AuditAction`; of another program's too.
  var action: String
  /// What it was done to: the id of a user, client, ticket and so on.
  var targetID: String?
  /// What else there is to say, for people. Never a secret, a code or a token.
  var detail: String?
  /// The caller's address, without port.
  var address: String
  /// The id of the request, as logs have it.
  var requestID: String

  /// What `call` does. To be made on the call's loop, before the transaction that the act happens in.
  ///
  /// - Parameter actorID: Who acts where the call has no caller, because it is about to sign somebody in.
  init(
    _ action: AuditAction, of targetID: String?, detail: String? = nil, by actorID: String? = nil, _ call: ServerCall,
    ids: ObjectIDGenerator, now: Int64
  ) {
    id = ids.next()
    at = now
    self.actorID = actorID ?? (try? call.caller())?.id
    self.action = action.rawValue
    self.targetID = targetID
    self.detail = detail
    address = call.peer
    requestID = call.requestID
  }

  /// What somebody does on the server's own machine, by a command or by the settings at start.
  init(byOperator action: AuditAction, of targetID: String?, detail: String? = nil, ids: ObjectIDGenerator, now: Int64) {
    id = ids.next()
    at = now
    actorID = Self.operatorID
    self.action = action.rawValue
    self.targetID = targetID
    self.detail = detail
    address = "local"
    requestID = ""
  }

  /// The actor who is no user: whoever may run commands on the server's own machine.
  static let operatorID = "operator"

  init(_ row: borrowing Row) throws {
    id = try row.text("id")
    at = try row.integer("at")
    actorID = try row.optionalText("actor_id")
    action = try row.text("action")
    targetID = try row.optionalText("target_id")
    detail = try row.optionalText("detail")
    address = try row.text("address")
    requestID = try row.text("request_id")
  }
}
