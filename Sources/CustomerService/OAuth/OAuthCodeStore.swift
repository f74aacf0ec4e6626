import Storage

/// All SQL about authorization codes.
enum OAuthCodeStore {
  static func code(digest: [UInt8], _ transaction: ReadTransaction) throws -> OAuthCode? {
    try transaction.first("SELECT * FROM csa_oauth_codes WHERE digest = $digest", ["digest": .blob(digest)]) { row in
      OAuthCode(
        digest: try row.blob("digest"), clientID: try row.text("client_id"), userID: try row.text("user_id"),
        tokenEpoch: try row.integer("token_epoch"), redirectURI: try row.text("redirect_uri"),
        redirectURIGiven: try row.bool("redirect_uri_given"), scope: OAuthScope(parsing: try row.text("scope")) ?? OAuthScope(),
        challenge: try row.optionalText("challenge"), nonce: try row.optionalText("nonce"), authTime: try row.integer("auth_time"),
        expiresAt: try row.integer("expires_at"), usedAt: try row.optionalInteger("used_at"), grantID: try row.optionalText("grant_id"))
    }
  }

  static func insert(_ code: OAuthCode, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_oauth_codes (digest, client_id, user_id, token_epoch, redirect_uri, redirect_uri_given, scope, challenge, nonce, auth_time, expires_at)
      VALUES ($digest, $client_id, $user_id, $token_epoch, $redirect_uri, $redirect_uri_given, $scope, $challenge, $nonce, $auth_time, $expires_at)
      """,
      [
        "digest": .blob(code.digest), "client_id": .text(code.clientID), "user_id": .text(code.userID),
        "token_epoch": .integer(code.tokenEpoch), "redirect_uri": .text(code.redirectURI),
        "redirect_uri_given": .bool(code.redirectURIGiven), "scope": .text(code.scope.text), "challenge": .optionalText(code.challenge),
        "nonce": .optionalText(code.nonce), "auth_time": .integer(code.authTime), "expires_at": .integer(code.expiresAt),
      ])
  }

  /// - Parameter grantID: Nil where the code is used up without having been worth anything.
  static func setUsed(digest: [UInt8], grantID: String?, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_codes SET used_at = $now, grant_id = $grant_id WHERE digest = $digest",
      ["digest": .blob(digest), "grant_id": .optionalText(grantID), "now": .integer(now)])
  }

  /// Uses up what codes a client has of a user.
  static func endAll(of userID: String, to clientID: String, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_oauth_codes SET used_at = $now
      WHERE user_id = $user_id AND client_id = $client_id AND used_at IS NULL AND expires_at > $now
      """, ["user_id": .text(userID), "client_id": .text(clientID), "now": .integer(now)])
  }

  /// Uses up what codes anybody has of a user.
  static func endAll(of userID: String, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_codes SET used_at = $now WHERE user_id = $user_id AND used_at IS NULL AND expires_at > $now",
      ["user_id": .text(userID), "now": .integer(now)])
  }

  /// Forgets codes that nobody can use any more, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_oauth_codes WHERE digest IN (SELECT digest FROM csa_oauth_codes WHERE expires_at <= $latest LIMIT 1000)",
      ["latest": .integer(now - OAuthCode.rememberedFor)])
  }
}
