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
        "action": .text(entry.action), "target_id": .optionalText(entry.targetID), "detail": .optionalText(entry.detail),
        "address": .text(entry.address), "request_id": .text(entry.requestID),
      ])
  }

  /// Which entries are asked for; nil asks for all.
  struct Selection: Sendable {
    var actorID: String?
    var action: String?
    var targetID: String?
    /// Microseconds since 1970, UTC; from the first on, before the second.
    var since: Int64?
    var until: Int64?
    var skip: Int64
    var limit: Int64
  }

  /// Newest first, with the count of all that match.
  static func page(_ selection: Selection, _ transaction: ReadTransaction) throws -> (total: Int64, entries: [AuditEntry]) {
    let filter: SQLParameters = [
      "since": .integer(selection.since ?? .min), "until": .integer(selection.until ?? .max),
      "actor": .optionalText(selection.actorID), "action": .optionalText(selection.action), "target": .optionalText(selection.targetID),
    ]
    let total = try transaction.integer(
      """
      SELECT count(*) FROM csa_audit
      WHERE at >= $since AND at < $until AND ($actor IS NULL OR actor_id = $actor) AND ($action IS NULL OR action = $action)
        AND ($target IS NULL OR target_id = $target)
      """, filter)
    var page = filter
    page.append("limit", .integer(selection.limit))
    page.append("skip", .integer(selection.skip))
    let entries = try transaction.query(
      """
      SELECT * FROM csa_audit
      WHERE at >= $since AND at < $until AND ($actor IS NULL OR actor_id = $actor) AND ($action IS NULL OR action = $action)
        AND ($target IS NULL OR target_id = $target)
      ORDER BY at DESC, id DESC LIMIT $limit OFFSET $skip
      """, page
    ) { row in try AuditEntry(row) }
    return (total ?? 0, entries)
  }

  /// Forgets entries older than a moment, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forget(before: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_audit WHERE id IN (SELECT id FROM csa_audit WHERE at < $before ORDER BY at LIMIT 1000)",
      ["before": .integer(before)])
  }
}
