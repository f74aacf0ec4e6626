import Storage

/// All SQL about numbers that sign in. An account has one at most, and a number one account.
enum PhoneStore {
  /// Whom a verified number signs in.
  static func verified(_ number: String, _ transaction: ReadTransaction) throws -> Phone? {
    try transaction.first(
      "SELECT * FROM csa_phones WHERE phone_number = $number AND is_verified = 1", ["number": .text(number)], phone)
  }

  static func phone(of userID: String, _ transaction: ReadTransaction) throws -> Phone? {
    try transaction.first("SELECT * FROM csa_phones WHERE user_id = $user_id", ["user_id": .text(userID)], phone)
  }

  /// Gives an account this number, in place of the one it has.
  ///
  /// - Parameters:
  ///   - id: Of the row, if the account has none yet.
  /// - Throws: `StorageError.constraint(.unique, …)` if the number is another account's, and verified.
  static func bind(_ number: String, to userID: String, id: String, now: Int64, _ transaction: Transaction) throws {
    // Whoever only claims a number gives way to who has shown that it is theirs.
    try transaction.execute(
      "DELETE FROM csa_phones WHERE phone_number = $number AND is_verified = 0 AND user_id <> $user_id",
      ["number": .text(number), "user_id": .text(userID)])
    try transaction.execute(
      """
      INSERT INTO csa_phones (id, user_id, phone_number, is_verified, created_at) VALUES ($id, $user_id, $number, 1, $now)
      ON CONFLICT (user_id) DO UPDATE SET phone_number = excluded.phone_number, is_verified = 1, updated_at = excluded.created_at
      """,
      ["id": .text(id), "user_id": .text(userID), "number": .text(number), "now": .integer(now)])
  }

  private static func phone(_ row: borrowing Row) throws -> Phone {
    Phone(
      id: try row.text("id"), userID: try row.text("user_id"), number: try row.text("phone_number"),
      isVerified: try row.bool("is_verified"), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
