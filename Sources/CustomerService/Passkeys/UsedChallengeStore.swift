import Identity
import Storage

/// All SQL about challenges that were used: until a challenge expires, it must not be taken again.
enum UsedChallengeStore {
  /// Uses a challenge up.
  ///
  /// - Returns: False if it was used before: of two callers one gets true.
  static func use(_ challenge: PasskeyChallenge, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "INSERT INTO csa_used_challenges (expires_at, id) VALUES ($expires_at, $id) ON CONFLICT (expires_at, id) DO NOTHING",
      ["id": .blob(challenge.id), "expires_at": .integer(challenge.expiresAt)]) == 1
  }

  /// Forgets those that have expired, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      DELETE FROM csa_used_challenges WHERE (expires_at, id) IN
        (SELECT expires_at, id FROM csa_used_challenges WHERE expires_at <= $now ORDER BY expires_at LIMIT 1000)
      """, ["now": .integer(now)])
  }
}
