import Storage

/// All SQL about templates of prompts.
///
/// There are as many as administrators have written: lists read them all.
enum GenerationTemplateStore {
  static func template(_ id: Int64, _ transaction: ReadTransaction) throws -> GenerationTemplate? {
    try transaction.first("SELECT * FROM cw_generation_templates WHERE id = $id", ["id": .integer(id)], template)
  }

  static func isTaken(_ name: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM cw_generation_templates WHERE name = $name)", ["name": .text(name)]) == 1
  }

  static func count(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT count(*) FROM cw_generation_templates") ?? 0
  }

  /// - Returns: Its id.
  static func insert(_ template: GenerationTemplate, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_generation_templates (name, description, prompt, config, category, is_active, created_at, updated_at)
      VALUES ($name, $description, $prompt, $config, $category, $is_active, $created_at, $updated_at)
      RETURNING id
      """,
      [
        "name": .text(template.name), "description": .optionalText(template.description), "prompt": .text(template.prompt),
        "config": .text(template.config), "category": .optionalText(template.category), "is_active": .bool(template.isActive),
        "created_at": .integer(template.createdAt), "updated_at": .integer(template.updatedAt),
      ]) ?? 0
  }

  static func setActive(_ id: Int64, _ isActive: Bool, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_generation_templates SET is_active = $is_active, updated_at = $now WHERE id = $id",
      ["id": .integer(id), "is_active": .bool(isActive), "now": .integer(now)])
  }

  static let list = ListStatements(
    count: """
      SELECT count(*) FROM cw_generation_templates
      WHERE created_at >= $created_after AND created_at < $created_before
        AND ($category IS NULL OR category = $category) AND ($is_active IS NULL OR is_active = $is_active)
      """,
    ids: """
      SELECT id FROM cw_generation_templates
      WHERE created_at >= $created_after AND created_at < $created_before
        AND ($category IS NULL OR category = $category) AND ($is_active IS NULL OR is_active = $is_active)
      ORDER BY
        CASE $sort WHEN 'name asc' THEN name WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'name desc' THEN name WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static func page(category: String?, isActive: Bool?, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [GenerationTemplate])
  {
    let parameters: SQLParameters = [
      "category": .optionalText(category), "is_active": .optionalBool(isActive),
    ]
    let (total, ids) = try list.page(query, parameters.within(query.window), transaction)
    let items = try transaction.query(
      "SELECT t.* FROM json_each($ids) AS page JOIN cw_generation_templates AS t ON t.id = page.value ORDER BY page.key",
      .ids(ids), template)
    return (total, items)
  }

  private static func template(_ row: borrowing Row) throws -> GenerationTemplate {
    GenerationTemplate(
      id: try row.integer("id"), name: try row.text("name"), description: try row.optionalText("description"),
      prompt: try row.text("prompt"), config: try row.text("config"), category: try row.optionalText("category"),
      isActive: try row.bool("is_active"), createdAt: try row.integer("created_at"), updatedAt: try row.integer("updated_at"))
  }
}
