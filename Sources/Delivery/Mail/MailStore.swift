internal import Storage

/// All SQL about the mail queue. Times are microseconds since 1970.
enum MailStore {
  /// How long a mail that was given up is kept for the operator.
  private static let failedKept: Int64 = 30 * 86_400_000_000

  /// Adds a mail that is due at once.
  ///
  /// - Returns: Whether there was room for it.
  static func insert(_ mail: QueuedMail, waitingMax: Int, _ transaction: Transaction) throws -> Bool {
    let isFull =
      try transaction.integer(
        "SELECT 1 FROM weft_mail WHERE state = 'waiting' LIMIT 1 OFFSET $waiting_max", ["waiting_max": .integer(waitingMax - 1)]) != nil
    if isFull { return false }
    try transaction.execute(
      """
      INSERT INTO weft_mail (id, state, recipient, purpose, subject, text, code, created_at, due_at, lease_until, lease_holder, fence,
        attempts)
      VALUES ($id, 'waiting', $recipient, $purpose, $subject, $text, $code, $created_at, $created_at, 0, '', 0, 0)
      """,
      [
        "id": .text(mail.id), "recipient": .text(mail.recipient), "purpose": .text(mail.purpose), "subject": .text(mail.subject),
        "text": .text(mail.text), "code": .optionalText(mail.code), "created_at": .integer(mail.createdAt),
      ])
    return true
  }

  /// Takes the mail that has been due for longest and that nobody else holds.
  ///
  /// - Parameter holder: Which kind of process asks; of each kind there is one on a data directory.
  static func lease(now: Int64, until leaseUntil: Int64, holder: String, _ transaction: Transaction) throws -> QueuedMail? {
    try transaction.first(
      """
      UPDATE weft_mail SET lease_until = $lease_until, lease_holder = $holder, fence = fence + 1
      WHERE lease_until < $now AND id = (
        SELECT id FROM weft_mail WHERE state = 'waiting' AND due_at <= $now AND lease_until < $now ORDER BY due_at, id LIMIT 1)
      RETURNING id, recipient, purpose, subject, text, code, created_at, attempts, fence
      """, ["lease_until": .integer(leaseUntil), "holder": .text(holder), "now": .integer(now)]
    ) { row in
      QueuedMail(
        id: try row.text(0), recipient: try row.text(1), purpose: try row.text(2), subject: try row.text(3), text: try row.text(4),
        code: try row.optionalText(5), createdAt: try row.integer(6), attempts: Int(try row.integer(7)), fence: try row.integer(8))
    }
  }

  /// Takes back what a process of this kind held when it died.
  static func release(holder: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE weft_mail SET lease_until = 0 WHERE state = 'waiting' AND lease_holder = $holder AND lease_until > 0",
      ["holder": .text(holder)])
  }

  /// When there is something to do next; nil with nothing waiting.
  static func nextDue(_ transaction: ReadTransaction) throws -> Int64? {
    try transaction.first("SELECT min(max(due_at, lease_until + 1)) FROM weft_mail WHERE state = 'waiting'") { row in
      try row.optionalInteger(0)
    } ?? nil
  }

  /// Forgets a mail that was delivered, text and code with it.
  static func delivered(_ mail: QueuedMail, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM weft_mail WHERE id = $id AND fence = $fence", ["id": .text(mail.id), "fence": .integer(mail.fence)])
  }

  /// Gives a mail back, to be tried at `dueAt`.
  static func retry(_ mail: QueuedMail, dueAt: Int64, attempts: Int, error: String, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE weft_mail SET due_at = $due_at, lease_until = 0, attempts = $attempts, last_error = $error
      WHERE id = $id AND fence = $fence
      """,
      [
        "due_at": .integer(dueAt), "attempts": .integer(attempts), "error": .text(error), "id": .text(mail.id),
        "fence": .integer(mail.fence),
      ])
  }

  /// Gives a mail up. The row stays for the operator; a code and the text around it do not.
  static func fail(_ mail: QueuedMail, now: Int64, error: String, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE weft_mail
      SET state = 'failed', attempts = attempts + 1, last_error = $error, text = CASE WHEN code IS NULL THEN text ELSE '' END, code = NULL
      WHERE id = $id AND fence = $fence
      """, ["error": .text(error), "id": .text(mail.id), "fence": .integer(mail.fence)])
    try transaction.execute(
      "DELETE FROM weft_mail WHERE state = 'failed' AND created_at < $before", ["before": .integer(now - failedKept)])
  }
}
