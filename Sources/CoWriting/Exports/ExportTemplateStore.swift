import Storage

/// All SQL about templates of exports.
///
/// There are as many as administrators have written: lists read them all.
enum ExportTemplateStore {
  static func template(_ id: Int64, _ transaction: ReadTransaction) throws -> ExportTemplate? {
    try transaction.first("SELECT * FROM cw_export_templates WHERE id = $id", ["id": .integer(id)], template)
  }

  static func isTaken(_ name: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM cw_export_templates WHERE name = $name)", ["name": .text(name)]) == 1
  }

  static func count(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT count(*) FROM cw_export_templates") ?? 0
  }

  /// - Returns: Its id.
  static func insert(_ template: ExportTemplate, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_export_templates (name, description, format, options, is_default, is_active, created_at)
      VALUES ($name, $description, $format, $options, $is_default, $is_active, $created_at)
      RETURNING id
      """,
      [
        "name": .text(template.name), "description": .optionalText(template.description), "format": .text(template.format),
        "options": .text(template.options), "is_default": .bool(template.isDefault), "is_active": .bool(template.isActive),
        "created_at": .integer(template.createdAt),
      ]) ?? 0
  }

  /// Of a format's templates one at most is the default: now it is another.
  static func clearDefault(of format: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_export_templates SET is_default = 0 WHERE format = $format AND is_default = 1", ["format": .text(format)])
  }

  static func setActive(_ id: Int64, _ isActive: Bool, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_export_templates SET is_active = $is_active WHERE id = $id",
      ["id": .integer(id), "is_active": .bool(isActive)])
  }

  static let list = ListStatements(
    count: """
      SELECT count(*) FROM cw_export_templates
      WHERE created_at >= $created_after AND created_at < $created_before
        AND ($format IS NULL OR format = $format) AND ($is_active IS NULL OR is_active = $is_active)
      """,
    ids: """
      SELECT id FROM cw_export_templates
      WHERE created_at >= $created_after AND created_at < $created_before
        AND ($format IS NULL OR format = $format) AND ($is_active IS NULL OR is_active = $is_active)
      ORDER BY
        CASE $sort WHEN 'name asc' THEN name WHEN 'format asc' THEN format WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'name desc' THEN name WHEN 'format desc' THEN format WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static func page(format: String?, isActive: Bool?, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [ExportTemplate])
  {
    let parameters: SQLParameters = [
      "format": .optionalText(format), "is_active": .optionalBool(isActive),
    ]
    let (total, ids) = try list.page(query, parameters.within(query.window), transaction)
    let items = try transaction.query(
      "SELECT t.* FROM json_each($ids) AS page JOIN cw_export_templates AS t ON t.id = page.value ORDER BY page.key", .ids(ids), template)
    return (total, items)
  }

  private static func template(_ row: borrowing Row) throws -> ExportTemplate {
    ExportTemplate(
      id: try row.integer("id"), name: try row.text("name"), description: try row.optionalText("description"),
      format: try row.text("format"), options: try row.text("options"), isDefault: try row.bool("is_default"),
      isActive: try row.bool("is_active"), createdAt: try row.integer("created_at"))
  }
}
