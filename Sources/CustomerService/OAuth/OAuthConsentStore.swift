import Storage

/// All SQL about what users have allowed clients.
enum OAuthConsentStore {
  static func consent(of userID: String, to clientID: String, _ transaction: ReadTransaction) throws -> OAuthConsent? {
    try transaction.first(
      "SELECT * FROM csa_oauth_consents WHERE user_id = $user_id AND client_id = $client_id",
      ["user_id": .text(userID), "client_id": .text(clientID)], consent)
  }

  /// Newest first, each with its client's name. One user's list is short: there are few clients.
  static func consents(of userID: String, _ transaction: ReadTransaction) throws -> [(consent: OAuthConsent, clientName: String)] {
    try transaction.query(
      """
      SELECT o.*, c.client_name FROM csa_oauth_consents o JOIN csa_oauth_clients c ON c.id = o.client_id
      WHERE o.user_id = $user_id ORDER BY o.created_at DESC, o.client_id DESC
      """, ["user_id": .text(userID)]
    ) { row in (try consent(row), try row.text("client_name")) }
  }

  /// Adds `scope` to what the user has allowed before.
  ///
  /// - Returns: Whether that is more than before.
  @discardableResult
  static func allow(_ scope: OAuthScope, by userID: String, to clientID: String, now: Int64, _ transaction: Transaction) throws -> Bool {
    let before = try consent(of: userID, to: clientID, transaction)
    if let before, scope.isSubset(of: before.scope) { return false }
    try transaction.execute(
      """
      INSERT INTO csa_oauth_consents (user_id, client_id, scope, created_at) VALUES ($user_id, $client_id, $scope, $now)
      ON CONFLICT (user_id, client_id) DO UPDATE SET scope = excluded.scope, updated_at = excluded.created_at
      """,
      [
        "user_id": .text(userID), "client_id": .text(clientID),
        "scope": .text((before?.scope ?? OAuthScope()).union(scope).text), "now": .integer(now),
      ])
    return true
  }

  /// - Returns: Whether there was one.
  static func delete(of userID: String, to clientID: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM csa_oauth_consents WHERE user_id = $user_id AND client_id = $client_id",
      ["user_id": .text(userID), "client_id": .text(clientID)]) > 0
  }

  /// Deletes everybody's consents to a client.
  ///
  /// - Returns: How many there were.
  static func deleteAll(to clientID: String, _ transaction: Transaction) throws -> Int {
    try transaction.execute("DELETE FROM csa_oauth_consents WHERE client_id = $client_id", ["client_id": .text(clientID)])
  }

  private static func consent(_ row: borrowing Row) throws -> OAuthConsent {
    OAuthConsent(
      userID: try row.text("user_id"), clientID: try row.text("client_id"),
      scope: OAuthScope(parsing: try row.text("scope")) ?? OAuthScope(), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
