import Storage

/// All SQL about access and refresh tokens.
enum OAuthTokenStore {
  /// A token in force: unexpired, of an active client, of a grant that was not ended, of an active user whose password is still the same.
  struct Live: Sendable {
    var token: OAuthToken
    /// Nil for a token of a client's own credentials.
    var userID: String?
    /// Whether its client has a secret.
    var clientIsConfidential: Bool
  }

  /// By primary keys only, so that it costs the same among ten tokens and among ten million.
  static func live(digest: [UInt8], now: Int64, _ transaction: ReadTransaction) throws -> Live? {
    try transaction.first(
      """
      SELECT t.*, g.user_id, c.secret_digest IS NOT NULL AS is_confidential FROM csa_oauth_tokens t
      JOIN csa_oauth_clients c ON c.id = t.client_id AND c.is_active = 1
      LEFT JOIN csa_oauth_grants g ON g.id = t.grant_id AND g.ended_at IS NULL
      LEFT JOIN csa_users u ON u.id = g.user_id AND u.is_active = 1 AND u.token_epoch = g.token_epoch
      WHERE t.digest = $digest AND t.expires_at > $now AND t.rotated_at IS NULL AND (t.grant_id IS NULL OR u.id IS NOT NULL)
      """, ["digest": .blob(digest), "now": .integer(now)]
    ) { row in
      Live(token: try token(row), userID: try row.optionalText("user_id"), clientIsConfidential: try row.bool("is_confidential"))
    }
  }

  /// A token as it is stored, in force or not.
  static func token(digest: [UInt8], _ transaction: ReadTransaction) throws -> OAuthToken? {
    try transaction.first("SELECT * FROM csa_oauth_tokens WHERE digest = $digest", ["digest": .blob(digest)], token)
  }

  /// Keeps a new token, and forgets two that have expired: so the table never grows for long, however many are made.
  static func insert(_ token: OAuthToken, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      DELETE FROM csa_oauth_tokens
      WHERE digest IN (SELECT digest FROM csa_oauth_tokens WHERE expires_at <= $now ORDER BY expires_at LIMIT 2)
      """, ["now": .integer(token.createdAt)])
    try transaction.execute(
      """
      INSERT INTO csa_oauth_tokens (digest, kind, client_id, grant_id, scope, created_at, expires_at)
      VALUES ($digest, $kind, $client_id, $grant_id, $scope, $created_at, $expires_at)
      """,
      [
        "digest": .blob(token.digest), "kind": .text(token.kind.rawValue), "client_id": .text(token.clientID),
        "grant_id": .optionalText(token.grantID), "scope": .text(token.scope.text), "created_at": .integer(token.createdAt),
        "expires_at": .integer(token.expiresAt),
      ])
  }

  static func setRotated(digest: [UInt8], salt: [UInt8], now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_tokens SET rotated_at = $now, successor_salt = $salt WHERE digest = $digest",
      ["digest": .blob(digest), "salt": .blob(salt), "now": .integer(now)])
  }

  static func delete(digest: [UInt8], _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_oauth_tokens WHERE digest = $digest", ["digest": .blob(digest)])
  }

  /// Forgets tokens that have expired, a thousand at a time. Used refresh tokens stay until then, so that a second use is noticed.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_oauth_tokens WHERE digest IN (SELECT digest FROM csa_oauth_tokens WHERE expires_at <= $now LIMIT 1000)",
      ["now": .integer(now)])
  }

  private static func token(_ row: borrowing Row) throws -> OAuthToken {
    OAuthToken(
      digest: try row.blob("digest"), kind: OAuthToken.Kind(rawValue: try row.text("kind")) ?? .access,
      clientID: try row.text("client_id"), grantID: try row.optionalText("grant_id"),
      scope: OAuthScope(parsing: try row.text("scope")) ?? OAuthScope(), createdAt: try row.integer("created_at"),
      expiresAt: try row.integer("expires_at"), rotatedAt: try row.optionalInteger("rotated_at"),
      successorSalt: try row.optionalBlob("successor_salt"))
  }
}
