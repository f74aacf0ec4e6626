import Storage

/// All SQL about grants.
enum OAuthGrantStore {
  static func grant(id: String, _ transaction: ReadTransaction) throws -> OAuthGrant? {
    try transaction.first("SELECT * FROM csa_oauth_grants WHERE id = $id", ["id": .text(id)]) { row in
      OAuthGrant(
        id: try row.text("id"), clientID: try row.text("client_id"), userID: try row.text("user_id"),
        tokenEpoch: try row.integer("token_epoch"), scope: OAuthScope(parsing: try row.text("scope")) ?? OAuthScope(),
        authTime: try row.integer("auth_time"), createdAt: try row.integer("created_at"), expiresAt: try row.integer("expires_at"),
        endedAt: try row.optionalInteger("ended_at"))
    }
  }

  static func insert(_ grant: OAuthGrant, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_oauth_grants (id, client_id, user_id, token_epoch, scope, auth_time, created_at, expires_at)
      VALUES ($id, $client_id, $user_id, $token_epoch, $scope, $auth_time, $created_at, $expires_at)
      """,
      [
        "id": .text(grant.id), "client_id": .text(grant.clientID), "user_id": .text(grant.userID),
        "token_epoch": .integer(grant.tokenEpoch), "scope": .text(grant.scope.text), "auth_time": .integer(grant.authTime),
        "created_at": .integer(grant.createdAt), "expires_at": .integer(grant.expiresAt),
      ])
  }

  /// Keeps a grant for as long as the token that was just made of it.
  static func extend(id: String, to expiresAt: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_grants SET expires_at = max(expires_at, $expires_at) WHERE id = $id",
      ["id": .text(id), "expires_at": .integer(expiresAt)])
  }

  /// Ends a grant, and so every token of it.
  ///
  /// - Returns: Whether it was in force.
  @discardableResult
  static func end(id: String, now: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "UPDATE csa_oauth_grants SET ended_at = $now WHERE id = $id AND ended_at IS NULL", ["id": .text(id), "now": .integer(now)]) > 0
  }

  /// Ends what a user granted a client.
  static func endAll(of userID: String, to clientID: String, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_grants SET ended_at = $now WHERE user_id = $user_id AND client_id = $client_id AND ended_at IS NULL",
      ["user_id": .text(userID), "client_id": .text(clientID), "now": .integer(now)])
  }

  /// Ends what a user granted anybody.
  static func endAll(of userID: String, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_grants SET ended_at = $now WHERE user_id = $user_id AND ended_at IS NULL",
      ["user_id": .text(userID), "now": .integer(now)])
  }

  /// Forgets grants without a token that could be in force, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_oauth_grants WHERE id IN (SELECT id FROM csa_oauth_grants WHERE expires_at <= $now LIMIT 1000)",
      ["now": .integer(now)])
  }
}
