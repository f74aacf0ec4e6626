import ApplicationSupport
import Identity
import Storage

/// All SQL about changes of which tokens hold.
enum ValidityStore: ValidityLines {
  /// How long a line is kept: no access token lives so long.
  static let retentionMicroseconds: Int64 = 2 * 3600 * 1_000_000

  /// - Returns: The number of the line, greater than every one before.
  static func insert(_ subject: ValiditySubject, at now: Int64, _ transaction: Transaction) throws -> Int64 {
    var parameters: SQLParameters = [:]
    switch subject {
    case .user(let id):
      parameters.append("user_id", .text(id))
      parameters.append("token_id", .null)
      parameters.append("expires_at", .null)
    case .token(let id, let expiresAt):
      parameters.append("user_id", .null)
      parameters.append("token_id", .text(id))
      parameters.append("expires_at", .integer(expiresAt))
    }
    parameters.append("changed_at", .integer(now))
    let number = try transaction.integer(
      """
      INSERT INTO csa_validity_changes (user_id, token_id, expires_at, changed_at)
      VALUES ($user_id, $token_id, $expires_at, $changed_at) RETURNING number
      """, parameters)
    return number ?? 0
  }

  /// The lines after one, oldest first.
  static func changes(after number: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [ValidityChange] {
    let lines = try transaction.query(
      "SELECT number, user_id, token_id, expires_at FROM csa_validity_changes WHERE number > $number ORDER BY number LIMIT $limit",
      ["number": .integer(number), "limit": .integer(limit)]
    ) { row in
      (
        number: try row.integer("number"), userID: try row.optionalText("user_id"), tokenID: try row.optionalText("token_id"),
        expiresAt: try row.optionalInteger("expires_at")
      )
    }
    return try lines.map { line in
      if let id = line.tokenID { return ValidityChange(number: line.number, what: .token(id: id, expiresAt: line.expiresAt ?? 0)) }
      let user = try line.userID.flatMap { try UserStore.user(id: $0, transaction) }
      return ValidityChange(number: line.number, what: user.map { .user(id: $0.id, state: .init($0)) } ?? .nobody)
    }
  }

  /// The number of the last line; 0 before the first.
  static func last(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT coalesce(max(number), 0) FROM csa_validity_changes") ?? 0
  }

  /// Every account whose tokens need a second look: disabled, administrator, or with tokens that were ended not long ago.
  static func unusualUsers(_ transaction: ReadTransaction) throws -> [(id: String, state: TokenValidity.UserState)] {
    let users = try UserStore.users(
      """
      SELECT * FROM csa_users
      WHERE is_active = 0 OR role <> 'user'
        OR token_epoch > 0 AND id IN (SELECT user_id FROM csa_validity_changes WHERE user_id IS NOT NULL)
      """, transaction)
    return users.map { ($0.id, .init($0)) }
  }

  /// Every token that was ended by its id.
  static func endedTokens(_ transaction: ReadTransaction) throws -> [(id: String, expiresAt: Int64)] {
    try transaction.query("SELECT token_id, expires_at FROM csa_validity_changes WHERE token_id IS NOT NULL") { row in
      (id: try row.text(0), expiresAt: try row.integer(1))
    }
  }

  /// Forgets lines that no token can outlive, a thousand at a time.
  ///
  /// - Parameter before: Microseconds since 1970.
  /// - Returns: How many.
  @discardableResult
  static func forget(before: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      DELETE FROM csa_validity_changes WHERE number IN (
        SELECT number FROM csa_validity_changes WHERE changed_at < $before ORDER BY number LIMIT 1000)
      """, ["before": .integer(before)])
  }
}
