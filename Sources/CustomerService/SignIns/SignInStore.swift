import Storage

/// All SQL about sign-ins.
enum SignInStore {
  static func insert(_ signIn: SignIn, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_sign_ins (id, user_id, token_id, means, address, created_at, expires_at)
      VALUES ($id, $user_id, $token_id, $means, $address, $created_at, $expires_at)
      """,
      [
        "id": .text(signIn.id), "user_id": .text(signIn.userID), "token_id": .text(signIn.tokenID), "means": .text(signIn.means),
        "address": .text(signIn.address), "created_at": .integer(signIn.createdAt), "expires_at": .integer(signIn.expiresAt),
      ])
  }

  /// Forgets sign-ins whose token has expired, a thousand at a time.
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM csa_sign_ins WHERE id IN (SELECT id FROM csa_sign_ins WHERE expires_at <= $now LIMIT 1000)", ["now": .integer(now)])
  }
}
