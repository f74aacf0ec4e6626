import Storage

/// All SQL about browser sessions.
enum BrowserSessionStore {
  /// A session in force, with its user, who is active: none that has expired, was ended in the list of sign-ins or by a new password.
  static func current(digest: [UInt8], now: Int64, _ transaction: ReadTransaction) throws -> (session: BrowserSession, user: User)? {
    let session = try transaction.first(
      """
      SELECT s.* FROM csa_browser_sessions s JOIN csa_sign_ins i ON i.id = s.sign_in_id
      WHERE s.digest = $digest AND s.expires_at > $now AND i.ended_at IS NULL
      """, ["digest": .blob(digest), "now": .integer(now)], session)
    guard let session, let user = try UserStore.user(id: session.userID, transaction), user.isActive,
      user.tokenEpoch == session.tokenEpoch
    else { return nil }
    return (session, user)
  }

  static func insert(_ session: BrowserSession, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_browser_sessions (digest, sign_in_id, user_id, token_epoch, means, auth_time, expires_at)
      VALUES ($digest, $sign_in_id, $user_id, $token_epoch, $means, $auth_time, $expires_at)
      """,
      [
        "digest": .blob(session.digest), "sign_in_id": .text(session.signInID), "user_id": .text(session.userID),
        "token_epoch": .integer(session.tokenEpoch), "means": .text(session.means), "auth_time": .integer(session.authTime),
        "expires_at": .integer(session.expiresAt),
      ])
  }

  /// Ends one, and the sign-in with it.
  static func end(digest: [UInt8], now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_sign_ins SET ended_at = $now
      WHERE id = (SELECT sign_in_id FROM csa_browser_sessions WHERE digest = $digest) AND ended_at IS NULL
      """, ["digest": .blob(digest), "now": .integer(now)])
    try transaction.execute("DELETE FROM csa_browser_sessions WHERE digest = $digest", ["digest": .blob(digest)])
  }

  /// Ends all of a user.
  static func endAll(of userID: String, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_sign_ins SET ended_at = $now
      WHERE id IN (SELECT sign_in_id FROM csa_browser_sessions WHERE user_id = $user_id) AND ended_at IS NULL
      """, ["user_id": .text(userID), "now": .integer(now)])
    try transaction.execute("DELETE FROM csa_browser_sessions WHERE user_id = $user_id", ["user_id": .text(userID)])
  }

  /// Forgets those that have expired, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_browser_sessions WHERE digest IN (SELECT digest FROM csa_browser_sessions WHERE expires_at <= $now LIMIT 1000)",
      ["now": .integer(now)])
  }

  private static func session(_ row: borrowing Row) throws -> BrowserSession {
    BrowserSession(
      digest: try row.blob("digest"), signInID: try row.text("sign_in_id"), userID: try row.text("user_id"),
      tokenEpoch: try row.integer("token_epoch"), means: try row.text("means"), authTime: try row.integer("auth_time"),
      expiresAt: try row.integer("expires_at"))
  }
}
