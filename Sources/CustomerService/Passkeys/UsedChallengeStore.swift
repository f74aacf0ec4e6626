import Identity
import Storage

/// All SQL about challenges that were used: until a challenge expires, it must not be taken again.
enum UsedChallengeStore {
  /// Of how many uses one also clears away, and how much: twice as much as they bring, however busy the server is.
  private static let usesPerSweep: UInt8 = 64

  /// Uses a challenge up.
  ///
  /// - Returns: False if it was used before: of two callers one gets true.
  static func use(_ challenge: PasskeyChallenge, now: Int64, _ transaction: Transaction) throws -> Bool {
    if challenge.id.last.map({ $0 % usesPerSweep == 0 }) ?? false { try forget(128, now: now, transaction) }
    return try transaction.execute(
      "INSERT INTO csa_used_challenges (id, expires_at) VALUES ($id, $expires_at) ON CONFLICT (id) DO NOTHING",
      ["id": .blob(challenge.id), "expires_at": .integer(challenge.expiresAt)]) == 1
  }

  /// Forgets those that have expired, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int { try forget(1000, now: now, transaction) }

  @discardableResult
  private static func forget(_ countMax: Int64, now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      DELETE FROM csa_used_challenges
      WHERE id IN (SELECT id FROM csa_used_challenges WHERE expires_at <= $now ORDER BY expires_at LIMIT $count)
      """, ["now": .integer(now), "count": .integer(countMax)])
  }
}
