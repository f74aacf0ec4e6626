import Storage

/// All SQL about how many tickets there are, of each user and status and in all: counting the rows themselves would take longer with
/// every ticket.
enum TicketCountStore {
  /// - Parameters:
  ///   - userID: Nil counts everybody's.
  ///   - status: Nil counts both.
  static func count(of userID: String?, status: String?, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(
      """
      SELECT coalesce(sum(tickets), 0) FROM csa_ticket_counts WHERE user_id = $user_id AND ($status IS NULL OR status = $status)
      """, ["user_id": .text(userID ?? ""), "status": .optionalText(status)]) ?? 0
  }

  /// Notes tickets that came or, by a negative number, went.
  static func add(_ tickets: Int64, of userID: String, status: String, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_ticket_counts (user_id, status, tickets) VALUES ($user_id, $status, $tickets), ('', $status, $tickets)
      ON CONFLICT (user_id, status) DO UPDATE SET tickets = csa_ticket_counts.tickets + excluded.tickets
      """, ["user_id": .text(userID), "status": .text(status), "tickets": .integer(tickets)])
  }
}
