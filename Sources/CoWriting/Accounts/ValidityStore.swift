import ApplicationSupport
import Identity
import Storage

/// All SQL about changes of which tokens hold.
enum ValidityStore: ValidityLines {
  static func insert(_ subject: ValiditySubject, at now: Int64, _ transaction: Transaction) throws -> Int64 {
    var parameters: SQLParameters = [:]
    switch subject {
    case .user(let id):
      parameters.append("user_id", .integer(Int64(id) ?? 0))
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
      INSERT INTO cw_validity_changes (user_id, token_id, expires_at, changed_at)
      VALUES ($user_id, $token_id, $expires_at, $changed_at) RETURNING number
      """, parameters)
    return number ?? 0
  }

  static func changes(after number: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [ValidityChange] {
    let lines = try transaction.query(
      "SELECT number, user_id, token_id, expires_at FROM cw_validity_changes WHERE number > $number ORDER BY number LIMIT $limit",
      ["number": .integer(number), "limit": .integer(limit)]
    ) { row in
      (
        number: try row.integer("number"), userID: try row.optionalInteger("user_id"), tokenID: try row.optionalText("token_id"),
        expiresAt: try row.optionalInteger("expires_at")
      )
    }
    return try lines.map { line in
      if let id = line.tokenID { return ValidityChange(number: line.number, what: .token(id: id, expiresAt: line.expiresAt ?? 0)) }
      let user = try line.userID.flatMap { try UserStore.anyUser(id: $0, transaction) }
      return ValidityChange(number: line.number, what: user.map { .user(id: $0.subject, state: .init($0)) } ?? .nobody)
    }
  }

  static func last(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT coalesce(max(number), 0) FROM cw_validity_changes") ?? 0
  }

  static func unusualUsers(_ transaction: ReadTransaction) throws -> [(id: String, state: TokenValidity.UserState)] {
    let users = try UserStore.users(
      """
      SELECT * FROM cw_users
      WHERE is_active = 0 OR role <> 'user' OR deleted_at IS NOT NULL
        OR token_epoch > 0 AND id IN (SELECT user_id FROM cw_validity_changes WHERE user_id IS NOT NULL)
      """, transaction)
    return users.map { ($0.subject, .init($0)) }
  }

  static func endedTokens(_ transaction: ReadTransaction) throws -> [(id: String, expiresAt: Int64)] {
    try transaction.query("SELECT token_id, expires_at FROM cw_validity_changes WHERE token_id IS NOT NULL") { row in
      (id: try row.text(0), expiresAt: try row.integer(1))
    }
  }

  /// Whether a token was ended by its id.
  static func isEnded(_ tokenID: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM cw_validity_changes WHERE token_id = $id)", ["id": .text(tokenID)]) == 1
  }

  /// Forgets a thousand lines at most: of tokens that have expired, and of users whose tokens of that time all have, however long tokens
  /// were to hold then.
  ///
  /// - Parameter now: Microseconds since 1970.
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(at now: Int64, _ transaction: Transaction) throws -> Int {
    // An hour more, for clocks that were set meanwhile.
    let second = now / 1_000_000 - 3_600
    return try transaction.execute(
      """
      DELETE FROM cw_validity_changes WHERE number IN (
        SELECT number FROM cw_validity_changes WHERE expires_at < $second LIMIT 500)
      """, ["second": .integer(second)])
      + transaction.execute(
        """
        DELETE FROM cw_validity_changes WHERE number IN (
          SELECT number FROM cw_validity_changes WHERE user_id IS NOT NULL AND changed_at < $before LIMIT 500)
        """, ["before": .integer((second - TokenLifetimes.longest.components.seconds) * 1_000_000)])
  }
}

extension TokenValidity.UserState {
  /// An ordinary active user whose tokens were never ended needs no state.
  init(_ user: User) {
    self.init(
      epoch: user.tokenEpoch, isDisabled: !user.isActive || user.deletedAt != nil, role: user.role == User.Role.user ? nil : user.role,
      sparedTokenID: user.sparedTokenID)
  }
}

extension ValidityLog {
  /// Makes `user`'s state hold for tokens from the commit of `transaction` on, before its answer leaves.
  func follow(_ user: User, _ transaction: Transaction) throws { try follow(user.subject, .init(user), transaction) }
}
