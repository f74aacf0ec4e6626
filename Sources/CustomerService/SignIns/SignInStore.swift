import ApplicationSupport
import Storage

/// All SQL about sign-ins.
enum SignInStore {
  static func insert(_ signIn: SignIn, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_sign_ins (id, user_id, token_id, means, address, user_agent, created_at, expires_at)
      VALUES ($id, $user_id, $token_id, $means, $address, $user_agent, $created_at, $expires_at)
      """,
      [
        "id": .text(signIn.id), "user_id": .text(signIn.userID), "token_id": .text(signIn.tokenID), "means": .text(signIn.means),
        "address": .text(signIn.address), "user_agent": .optionalText(signIn.userAgent), "created_at": .integer(signIn.createdAt),
        "expires_at": .integer(signIn.expiresAt),
      ])
  }

  /// A user's sign-ins whose tokens still work, newest first, a thousand at most.
  static func live(of userID: String, now: Int64, _ transaction: ReadTransaction) throws -> [SignIn] {
    try transaction.query(
      """
      SELECT * FROM csa_sign_ins WHERE user_id = $user_id AND expires_at > $now AND ended_at IS NULL
      ORDER BY created_at DESC, id DESC LIMIT 1000
      """, ["user_id": .text(userID), "now": .integer(now)], signIn)
  }

  /// How many of them there are.
  static func liveCount(of userID: String, now: Int64, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(
      "SELECT count(*) FROM csa_sign_ins WHERE user_id = $user_id AND expires_at > $now AND ended_at IS NULL",
      ["user_id": .text(userID), "now": .integer(now)]) ?? 0
  }

  /// - Returns: Nil if there is none of that id whose token still works.
  static func live(_ id: String, now: Int64, _ transaction: ReadTransaction) throws -> SignIn? {
    try transaction.first(
      "SELECT * FROM csa_sign_ins WHERE id = $id AND expires_at > $now AND ended_at IS NULL", ["id": .text(id), "now": .integer(now)],
      signIn)
  }

  /// Notes that a token was ended before its time; ending the token itself is `ValidityLog`'s.
  static func end(_ id: String, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE csa_sign_ins SET ended_at = $now WHERE id = $id", ["now": .integer(now), "id": .text(id)])
  }

  /// The same for all of a user's.
  static func endAll(of userID: String, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_sign_ins SET ended_at = $now WHERE user_id = $user_id AND ended_at IS NULL",
      ["now": .integer(now), "user_id": .text(userID)])
  }

  /// The same for everybody's, when no token is taken any more.
  static func endEverybodys(at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE csa_sign_ins SET ended_at = $now WHERE ended_at IS NULL", ["now": .integer(now)])
  }

  /// The sign-in of a token's id, ended or not; nil for an id that no token has.
  static func signIn(tokenID: String, _ transaction: ReadTransaction) throws -> SignIn? {
    try transaction.first("SELECT * FROM csa_sign_ins WHERE token_id = $token_id", ["token_id": .text(tokenID)], signIn)
  }

  /// Forgets sign-ins whose token has expired, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      "DELETE FROM csa_sign_ins WHERE id IN (SELECT id FROM csa_sign_ins WHERE expires_at <= $now LIMIT 1000)", ["now": .integer(now)])
  }

  private static func signIn(_ row: borrowing Row) throws -> SignIn {
    SignIn(
      id: try row.text("id"), userID: try row.text("user_id"), tokenID: try row.text("token_id"), means: try row.text("means"),
      address: try row.text("address"), userAgent: try row.optionalText("user_agent"), createdAt: try row.integer("created_at"),
      expiresAt: try row.integer("expires_at"), endedAt: try row.optionalInteger("ended_at"))
  }
}
