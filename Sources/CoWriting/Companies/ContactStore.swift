import Storage

/// All SQL about whom to talk to at companies.
enum ContactStore {
  /// Which part of a company's list.
  struct Selection: Equatable, Sendable {
    var companyID: Int64
    /// A part of the name, position, department, telephone number or address, of `ListKeyword.folded`.
    var keyword: String?
    var isActive: Bool?
  }

  static let newest = ListStatements(
    count: """
      SELECT count(*) FROM cw_contacts
      WHERE company_id = $company_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
      """,
    ids: """
      SELECT id FROM cw_contacts
      WHERE company_id = $company_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  static let filtered = ListStatements(
    count: """
      SELECT count(*) FROM cw_contacts
      WHERE company_id = $company_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        AND ($is_active IS NULL OR is_active = $is_active)
        AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(position), $keyword) > 0
          OR instr(lower(department), $keyword) > 0 OR instr(lower(phone), $keyword) > 0 OR instr(lower(email), $keyword) > 0)
      """,
    ids: """
      SELECT id FROM cw_contacts
      WHERE company_id = $company_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        AND ($is_active IS NULL OR is_active = $is_active)
        AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(position), $keyword) > 0
          OR instr(lower(department), $keyword) > 0 OR instr(lower(phone), $keyword) > 0 OR instr(lower(email), $keyword) > 0)
      ORDER BY
        CASE $sort WHEN 'name asc' THEN name WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'name desc' THEN name WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static let rows: StaticString =
    "SELECT c.* FROM json_each($ids) AS page JOIN cw_contacts AS c ON c.id = page.value ORDER BY page.key"

  /// How many there are in all, and those of the page.
  static func page(_ selection: Selection, _ query: ListQuery, _ transaction: ReadTransaction) throws -> (total: Int64, items: [Contact]) {
    let (total, ids) = try ids(selection, query, transaction)
    return (total, ids.isEmpty ? [] : try transaction.query(rows, .ids(ids), contact))
  }

  private static func ids(_ selection: Selection, _ query: ListQuery, _ transaction: ReadTransaction) throws -> (
    total: Int64, ids: [Int64]
  ) {
    var parameters = (["company_id": .integer(selection.companyID)] as SQLParameters).within(query.window)
    if query.sort == .newestFirst, selection.keyword == nil, selection.isActive == nil {
      return try newest.page(query, parameters, transaction)
    }
    parameters.append("is_active", selection.isActive.map { .bool($0) } ?? .null)
    parameters.append("keyword", .optionalText(selection.keyword))
    return try filtered.page(query, parameters, transaction)
  }

  /// One of a company's that is not deleted.
  static func contact(_ id: Int64, of companyID: Int64, _ transaction: ReadTransaction) throws -> Contact? {
    try transaction.first(
      "SELECT * FROM cw_contacts WHERE id = $id AND +company_id = $company_id AND deleted_at IS NULL",
      ["id": .integer(id), "company_id": .integer(companyID)], contact)
  }

  /// Adds one; as the primary one it takes the place of whoever was.
  ///
  /// - Returns: Its id.
  static func insert(_ contact: Contact, _ transaction: Transaction) throws -> Int64 {
    if contact.isPrimary { try demote(contact.companyID, at: contact.updatedAt, transaction) }
    var parameters = values(contact)
    parameters.append("company_id", .integer(contact.companyID))
    parameters.append("created_at", .integer(contact.createdAt))
    return try transaction.integer(
      """
      INSERT INTO cw_contacts (company_id, name, position, phone, email, department, is_primary, is_active, notes, created_at, updated_at)
      VALUES ($company_id, $name, $position, $phone, $email, $department, $is_primary, $is_active, $notes, $created_at, $updated_at)
      RETURNING id
      """, parameters) ?? 0
  }

  /// Changes one; made the primary one it takes the place of whoever was.
  static func update(_ contact: Contact, _ transaction: Transaction) throws {
    if contact.isPrimary { try demote(contact.companyID, at: contact.updatedAt, transaction) }
    var parameters = values(contact)
    parameters.append("id", .integer(contact.id))
    try transaction.execute(
      """
      UPDATE cw_contacts SET name = $name, position = $position, phone = $phone, email = $email, department = $department,
        is_primary = $is_primary, is_active = $is_active, notes = $notes, updated_at = $updated_at
      WHERE id = $id
      """, parameters)
  }

  static func delete(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE cw_contacts SET deleted_at = $now WHERE id = $id", ["id": .integer(id), "now": .integer(now)])
  }

  /// Those of a deleted company.
  static func deleteAll(of companyID: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE cw_contacts SET deleted_at = $now WHERE company_id = $company_id AND deleted_at IS NULL",
      ["company_id": .integer(companyID), "now": .integer(now)])
  }

  private static func demote(_ companyID: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE cw_contacts SET is_primary = 0, updated_at = $now
      WHERE company_id = $company_id AND is_primary = 1 AND deleted_at IS NULL
      """, ["company_id": .integer(companyID), "now": .integer(now)])
  }

  private static func values(_ contact: Contact) -> SQLParameters {
    [
      "name": .text(contact.name), "position": .optionalText(contact.position), "phone": .optionalText(contact.phone),
      "email": .optionalText(contact.email), "department": .optionalText(contact.department), "is_primary": .bool(contact.isPrimary),
      "is_active": .bool(contact.isActive), "notes": .optionalText(contact.notes), "updated_at": .integer(contact.updatedAt),
    ]
  }

  private static func contact(_ row: borrowing Row) throws -> Contact {
    Contact(
      id: try row.integer("id"), companyID: try row.integer("company_id"), name: try row.text("name"),
      position: try row.optionalText("position"), phone: try row.optionalText("phone"), email: try row.optionalText("email"),
      department: try row.optionalText("department"), isPrimary: try row.bool("is_primary"), isActive: try row.bool("is_active"),
      notes: try row.optionalText("notes"), createdAt: try row.integer("created_at"), updatedAt: try row.integer("updated_at"))
  }
}
