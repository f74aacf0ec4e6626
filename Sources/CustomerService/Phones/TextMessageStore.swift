import Storage

/// All SQL about when a number was last sent a text message: one in 60 seconds (chapter 1.2.1), also after a restart.
enum TextMessageStore {
  static let intervalMicroseconds: Int64 = 60_000_000

  /// Takes the number's turn.
  ///
  /// - Returns: Nil if it was its turn; otherwise how long it is until then, in microseconds.
  static func reserve(_ number: String, now: Int64, _ transaction: Transaction) throws -> Int64? {
    let last = try transaction.integer("SELECT sent_at FROM csa_text_messages WHERE phone_number = $number", ["number": .text(number)])
    // A time ahead of the clock by more is from before the clock was set, and must not keep anybody out.
    if let last, abs(now - last) < intervalMicroseconds { return min(last + intervalMicroseconds - now, intervalMicroseconds) }
    try transaction.execute(
      """
      INSERT INTO csa_text_messages (phone_number, sent_at) VALUES ($number, $now)
      ON CONFLICT (phone_number) DO UPDATE SET sent_at = excluded.sent_at
      """, ["number": .text(number), "now": .integer(now)])
    return nil
  }

  /// Gives back a turn in which nothing could be sent.
  static func release(_ number: String, reservedAt time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM csa_text_messages WHERE phone_number = $number AND sent_at = $time",
      ["number": .text(number), "time": .integer(time)])
  }

  /// Forgets messages that keep nobody waiting any more, a thousand at a time.
  ///
  /// - Returns: How many.
  @discardableResult
  static func forgetExpired(now: Int64, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      DELETE FROM csa_text_messages WHERE phone_number IN
        (SELECT phone_number FROM csa_text_messages WHERE sent_at <= $expired LIMIT 1000)
      """, ["expired": .integer(now - intervalMicroseconds)])
  }
}
