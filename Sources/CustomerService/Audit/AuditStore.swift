import Storage

/// All SQL about the audit trail.
enum AuditStore {
  /// Writes a line, in the transaction of what it tells about.
  static func insert(_ entry: AuditEntry, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_audit (id, at, actor_id, action, target_id, detail, address, request_id)
      VALUES ($id, $at, $actor_id, $action, $target_id, $detail, $address, $request_id)
      """,
      [
        "id": .text(entry.id), "at": .integer(entry.at), "actor_id": .optionalText(entry.actorID),
        "action": .text(entry.action.rawValue), "target_id": .optionalText(entry.targetID), "detail": .optionalText(entry.detail),
        "address": .text(entry.address), "request_id": .text(entry.requestID),
      ])
  }
}
