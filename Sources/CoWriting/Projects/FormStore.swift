import Storage

/// All SQL about the forms of projects.
enum FormStore {
  static let newest = ListStatements(
    count: """
      SELECT count(*) FROM cw_forms
      WHERE project_id = $project_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
      """,
    ids: """
      SELECT id FROM cw_forms
      WHERE project_id = $project_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  static let filtered = ListStatements(
    count: """
      SELECT count(*) FROM cw_forms
      WHERE project_id = $project_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        AND ($form_type IS NULL OR form_type = $form_type)
      """,
    ids: """
      SELECT id FROM cw_forms
      WHERE project_id = $project_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        AND ($form_type IS NULL OR form_type = $form_type)
      ORDER BY
        CASE $sort WHEN 'form_type asc' THEN form_type WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'form_type desc' THEN form_type WHEN 'updated_at desc' THEN updated_at
          WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static let rows: StaticString =
    "SELECT f.* FROM json_each($ids) AS page JOIN cw_forms AS f ON f.id = page.value ORDER BY page.key"

  /// How many there are in all, and those of the page.
  ///
  /// - Parameter type: Nil for every type.
  static func page(of projectID: Int64, type: String?, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [Form])
  {
    var parameters = (["project_id": .integer(projectID)] as SQLParameters).within(query.window)
    let found: (total: Int64, ids: [Int64])
    if query.sort == .newestFirst, type == nil {
      found = try newest.page(query, parameters, transaction)
    } else {
      parameters.append("form_type", .optionalText(type))
      found = try filtered.page(query, parameters, transaction)
    }
    return (found.total, found.ids.isEmpty ? [] : try transaction.query(rows, .ids(found.ids), form))
  }

  /// One of a project's that is not deleted.
  static func form(_ id: Int64, of projectID: Int64, _ transaction: ReadTransaction) throws -> Form? {
    try transaction.first(
      "SELECT * FROM cw_forms WHERE id = $id AND +project_id = $project_id AND deleted_at IS NULL",
      ["id": .integer(id), "project_id": .integer(projectID)], form)
  }

  /// - Returns: Its id.
  static func insert(_ form: Form, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_forms (project_id, form_type, form_data, fields_count, created_at, updated_at)
      VALUES ($project_id, $form_type, $form_data, $fields_count, $created_at, $updated_at) RETURNING id
      """,
      [
        "project_id": .integer(form.projectID), "form_type": .text(form.type), "form_data": .text(form.data),
        "fields_count": .integer(form.fieldsCount), "created_at": .integer(form.createdAt), "updated_at": .integer(form.updatedAt),
      ]) ?? 0
  }

  static func update(_ form: Form, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE cw_forms SET form_type = $form_type, form_data = $form_data, fields_count = $fields_count, updated_at = $updated_at
      WHERE id = $id
      """,
      [
        "id": .integer(form.id), "form_type": .text(form.type), "form_data": .text(form.data),
        "fields_count": .integer(form.fieldsCount), "updated_at": .integer(form.updatedAt),
      ])
  }

  static func delete(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE cw_forms SET deleted_at = $now WHERE id = $id", ["id": .integer(id), "now": .integer(now)])
  }

  /// Those of a deleted project.
  static func deleteAll(of projectID: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_forms SET deleted_at = $now WHERE project_id = $project_id AND deleted_at IS NULL",
      ["project_id": .integer(projectID), "now": .integer(now)])
  }

  private static func form(_ row: borrowing Row) throws -> Form {
    Form(
      id: try row.integer("id"), projectID: try row.integer("project_id"), type: try row.text("form_type"),
      data: try row.text("form_data"), fieldsCount: try row.integer("fields_count"), createdAt: try row.integer("created_at"),
      updatedAt: try row.integer("updated_at"))
  }
}
