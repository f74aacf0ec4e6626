import Storage

/// All SQL about messages of the contact form.
enum ContactStore {
  static func contact(_ id: String, _ transaction: ReadTransaction) throws -> Contact? {
    try transaction.first("SELECT * FROM csa_contacts WHERE id = $id", ["id": .text(id)], contact)
  }

  /// Newest first, with the count of all that match; of the same instant, the greater id first.
  ///
  /// - Parameter isProcessed: Nil gives those that have been dealt with and those that have not.
  static func page(isProcessed: Bool?, _ page: Page, _ transaction: ReadTransaction) throws -> (total: Int64, contacts: [Contact]) {
    let filter: SQLParameters = isProcessed.map { ["is_processed": .bool($0)] } ?? [:]
    let sql = pageSQL(isFiltered: isProcessed != nil)
    return (
      try transaction.integer(sql.count, filter) ?? 0,
      try transaction.query(sql.list, filter.of(page), contact)
    )
  }

  static func pageSQL(isFiltered: Bool) -> (count: StaticString, list: StaticString) {
    guard isFiltered else {
      return (
        "SELECT count(*) FROM csa_contacts",
        "SELECT * FROM csa_contacts ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      )
    }
    return (
      "SELECT count(*) FROM csa_contacts WHERE is_processed = $is_processed",
      "SELECT * FROM csa_contacts WHERE is_processed = $is_processed ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
    )
  }

  static func insert(_ contact: Contact, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_contacts (id, is_processed, created_at, name, email, message)
      VALUES ($id, $is_processed, $created_at, $name, $email, $message)
      """,
      [
        "id": .text(contact.id), "is_processed": .bool(contact.isProcessed), "created_at": .integer(contact.createdAt),
        "name": .text(contact.name), "email": .text(contact.email), "message": .text(contact.message),
      ])
  }

  static func update(_ contact: Contact, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_contacts SET is_processed = $is_processed, updated_at = $updated_at, admin_notes = $admin_notes WHERE id = $id",
      [
        "id": .text(contact.id), "is_processed": .bool(contact.isProcessed), "updated_at": .optionalInteger(contact.updatedAt),
        "admin_notes": .optionalText(contact.adminNotes),
      ])
  }

  private static func contact(_ row: borrowing Row) throws -> Contact {
    Contact(
      id: try row.text("id"), name: try row.text("name"), email: try row.text("email"), message: try row.text("message"),
      isProcessed: try row.bool("is_processed"), adminNotes: try row.optionalText("admin_notes"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"))
  }
}
