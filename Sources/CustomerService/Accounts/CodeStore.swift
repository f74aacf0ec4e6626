import Identity
import Storage

/// All SQL about one-time codes. What a code is worth is decided by `OneTimeCodes`.
enum CodeStore {
  /// Keeps a code in place of an older one of the same binding, and forgets those that ended.
  static func replace(_ code: OneTimeCode, for binding: CodeBinding, now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_codes WHERE expires_at <= $now", ["now": .integer(now)])
    var parameters = key(binding)
    parameters.append("digest", .blob(code.digest))
    parameters.append("expires_at", .integer(code.expiresAt))
    parameters.append("failures", .integer(code.failures))
    try transaction.execute(
      """
      INSERT INTO csa_codes (channel, address, purpose, digest, expires_at, failures)
      VALUES ($channel, $address, $purpose, $digest, $expires_at, $failures)
      ON CONFLICT (channel, address, purpose)
      DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at, failures = excluded.failures
      """, parameters)
  }

  /// Whether `digits` are the code that was sent. A wrong try is counted, so the transaction commits either way.
  ///
  /// - Parameter consuming: Use the code up if it is right.
  static func check(
    _ digits: String, for binding: CodeBinding, by codes: OneTimeCodes, consuming: Bool, _ transaction: Transaction
  ) throws -> Bool {
    guard let stored = try code(binding, transaction) else { return false }
    switch codes.check(digits, against: stored, for: binding) {
    case .accepted:
      if consuming { try delete(binding, transaction) }
      return true
    case .wrong(let changed):
      var parameters = key(binding)
      parameters.append("failures", .integer(changed.failures))
      try transaction.execute(
        "UPDATE csa_codes SET failures = $failures WHERE channel = $channel AND address = $address AND purpose = $purpose", parameters)
      return false
    case .ended:
      try delete(binding, transaction)
      return false
    }
  }

  /// Undoes `replace` for a code that could not be sent: the older one goes on, with the wrong tries of both.
  static func restore(
    _ older: OneTimeCode?, inPlaceOf newer: OneTimeCode, for binding: CodeBinding, _ transaction: Transaction
  ) throws {
    guard let current = try code(binding, transaction), current.digest == newer.digest else { return }
    guard let older else { return try delete(binding, transaction) }
    var parameters = key(binding)
    parameters.append("digest", .blob(older.digest))
    parameters.append("expires_at", .integer(older.expiresAt))
    parameters.append("failures", .integer(older.failures + current.failures))
    try transaction.execute(
      """
      UPDATE csa_codes SET digest = $digest, expires_at = $expires_at, failures = $failures
      WHERE channel = $channel AND address = $address AND purpose = $purpose
      """, parameters)
  }

  /// Forgets a code, such as one that could not be sent.
  static func delete(_ binding: CodeBinding, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM csa_codes WHERE channel = $channel AND address = $address AND purpose = $purpose", key(binding))
  }

  static func code(_ binding: CodeBinding, _ transaction: Transaction) throws -> OneTimeCode? {
    try transaction.first(
      """
      SELECT digest, expires_at, failures FROM csa_codes
      WHERE channel = $channel AND address = $address AND purpose = $purpose
      """, key(binding)
    ) { row in
      OneTimeCode(digest: try row.blob(0), expiresAt: try row.integer(1), failures: Int(try row.integer(2)))
    }
  }

  private static func key(_ binding: CodeBinding) -> SQLParameters {
    ["channel": .text(binding.channel), "address": .text(binding.address), "purpose": .text(binding.purpose)]
  }
}
