import Storage

/// All SQL about generated texts.
enum GenerationStore {
  /// - Parameter owners: Anybody else's is not there.
  static func generation(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> Generation? {
    try transaction.first(
      "SELECT * FROM cw_generations WHERE id = $id AND +user_id BETWEEN $first_owner AND $last_owner",
      (["id": .integer(id)] as SQLParameters).ownedBy(owners), generation)
  }

  /// How a text stands, without the text.
  static func standing(
    _ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction
  ) throws -> (status: JobStatus, attempt: Int64, errorMessage: String?, bytesCount: Int64)? {
    try transaction.first(
      """
      SELECT status, attempt, error_message, length(CAST(text AS BLOB)) FROM cw_generations
      WHERE id = $id AND +user_id BETWEEN $first_owner AND $last_owner
      """, (["id": .integer(id)] as SQLParameters).ownedBy(owners)
    ) { row in
      (JobStatus(rawValue: try row.text(0)) ?? .failed, try row.integer(1), try row.optionalText(2), try row.integer(3))
    }
  }

  /// The same with the names that answers bear.
  static func named(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> NamedGeneration? {
    try transaction.first(
      """
      SELECT g.*, d.title AS document_title, coalesce(nullif(u.full_name, ''), u.username) AS user_name
      FROM cw_generations AS g JOIN cw_documents AS d ON d.id = g.document_id JOIN cw_users AS u ON u.id = g.user_id
      WHERE g.id = $id AND +g.user_id BETWEEN $first_owner AND $last_owner
      """, (["id": .integer(id)] as SQLParameters).ownedBy(owners), namedGeneration)
  }

  /// - Returns: Its id.
  static func insert(_ generation: Generation, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_generations (
        user_id, document_id, status, prompt, context, section, template_id, config, attempt, created_at, text)
      VALUES ($user_id, $document_id, $status, $prompt, $context, $section, $template_id, $config, 0, $created_at, '')
      RETURNING id
      """,
      [
        "user_id": .integer(generation.userID), "document_id": .integer(generation.documentID), "status": .text(generation.status.rawValue),
        "prompt": .text(generation.prompt), "context": .optionalText(generation.context), "section": .optionalText(generation.section),
        "template_id": .optionalInteger(generation.templateID), "config": .text(generation.config),
        "created_at": .integer(generation.createdAt),
      ]) ?? 0
  }

  // MARK: The text while it is written

  /// Begins the text anew: what an attempt before has written is gone.
  ///
  /// - Returns: The number of the attempt; nil if the text has ended.
  static func begin(_ id: Int64, at now: Int64, _ transaction: Transaction) throws -> Int64? {
    try transaction.execute("DELETE FROM cw_generation_pieces WHERE generation_id = $id", ["id": .integer(id)])
    return try transaction.integer(
      """
      UPDATE cw_generations SET attempt = attempt + 1, started_at = coalesce(started_at, $now)
      WHERE id = $id AND status = 'processing'
      RETURNING attempt
      """, ["id": .integer(id), "now": .integer(now)])
  }

  /// - Parameter position: How many bytes of the text come before the piece.
  static func append(_ piece: String, at position: Int64, of id: Int64, _ transaction: Transaction) throws {
    // Who appends learns only after the commit that a piece is in: transactions of one commit may bring the same beginning.
    try transaction.execute(
      """
      INSERT INTO cw_generation_pieces (generation_id, position, text) VALUES ($id, $position, $text)
      ON CONFLICT (generation_id, position) DO UPDATE SET text = excluded.text
      """,
      ["id": .integer(id), "position": .integer(position), "text": .text(piece)])
  }

  /// How long a piece is at most, and how much of a text a watcher is told at a time.
  static let pieceBytesMax = 16 << 10
  static let passageBytesMax = 256 << 10

  /// Of a text that has ended: some bytes of it from a position on.
  ///
  /// - Returns: As much as there is, but no more than `passageBytesMax`; the last character may be broken off.
  static func passage(of id: Int64, from position: Int64, _ transaction: ReadTransaction) throws -> [UInt8] {
    try transaction.first(
      "SELECT substr(CAST(text AS BLOB), $first, $count) FROM cw_generations WHERE id = $id",
      ["id": .integer(id), "first": .integer(min(position, .max - 1) + 1), "count": .integer(passageBytesMax)]
    ) { try $0.blob(0) } ?? []
  }

  /// Some pieces from a position on, in order; the first one may begin before it.
  static func pieces(
    of id: Int64, from position: Int64, max count: Int = .max, _ transaction: ReadTransaction
  ) throws -> [(position: Int64, text: String)] {
    try transaction.query(
      """
      SELECT position, text FROM cw_generation_pieces
      WHERE generation_id = $id
        AND position >= coalesce(
          (SELECT max(position) FROM cw_generation_pieces WHERE generation_id = $id AND position <= $position), 0)
      ORDER BY position LIMIT $count
      """, ["id": .integer(id), "position": .integer(position), "count": .integer(count)]
    ) { (position: try $0.integer(0), text: try $0.text(1)) }
  }

  /// What is there of a text under way.
  static func writtenText(of id: Int64, _ transaction: ReadTransaction) throws -> String {
    try pieces(of: id, from: 0, transaction).map(\.text).joined()
  }

  /// How a text ended.
  struct End: Sendable {
    var status: JobStatus
    var text: String
    var model: String?
    var promptTokens: Int64?
    var completionTokens: Int64?
    var finishReason: String?
    var errorMessage: String?
  }

  /// - Returns: False if it has ended before.
  static func end(_ id: Int64, _ end: End, at now: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM cw_generation_pieces WHERE generation_id = $id", ["id": .integer(id)])
    return try transaction.execute(
      """
      UPDATE cw_generations SET status = $status, text = $text, model = $model, prompt_tokens = $prompt_tokens,
        completion_tokens = $completion_tokens, finish_reason = $finish_reason, error_message = $error_message,
        started_at = coalesce(started_at, $now), completed_at = $now
      WHERE id = $id AND status = 'processing'
      """,
      [
        "id": .integer(id), "status": .text(end.status.rawValue), "text": .text(end.text), "model": .optionalText(end.model),
        "prompt_tokens": .optionalInteger(end.promptTokens), "completion_tokens": .optionalInteger(end.completionTokens),
        "finish_reason": .optionalText(end.finishReason), "error_message": .optionalText(end.errorMessage), "now": .integer(now),
      ]) == 1
  }

  static func setApplied(_ id: Int64, version: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_generations SET applied_version = $version WHERE id = $id", ["id": .integer(id), "version": .integer(version)])
  }

  static func generation(_ row: borrowing Row) throws -> Generation {
    Generation(
      id: try row.integer("id"), userID: try row.integer("user_id"), documentID: try row.integer("document_id"),
      status: JobStatus(rawValue: try row.text("status")) ?? .failed, prompt: try row.text("prompt"),
      context: try row.optionalText("context"), section: try row.optionalText("section"),
      templateID: try row.optionalInteger("template_id"), config: try row.text("config"), attempt: try row.integer("attempt"),
      model: try row.optionalText("model"), promptTokens: try row.optionalInteger("prompt_tokens"),
      completionTokens: try row.optionalInteger("completion_tokens"), finishReason: try row.optionalText("finish_reason"),
      errorMessage: try row.optionalText("error_message"), appliedVersion: try row.optionalInteger("applied_version"),
      createdAt: try row.integer("created_at"), startedAt: try row.optionalInteger("started_at"),
      completedAt: try row.optionalInteger("completed_at"), text: try row.text("text"))
  }

  static func namedGeneration(_ row: borrowing Row) throws -> NamedGeneration {
    NamedGeneration(generation: try generation(row), documentTitle: try row.text("document_title"), userName: try row.text("user_name"))
  }
}

/// A generated text with the names that answers bear.
struct NamedGeneration: Equatable, Sendable {
  var generation: Generation
  var documentTitle: String
  /// The full name, or the user name.
  var userName: String
}
