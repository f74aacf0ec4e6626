import Storage

/// All SQL about contracts.
enum ContractStore {
  static func contract(_ id: String, _ transaction: ReadTransaction) throws -> Contract? {
    try transaction.first(
      "SELECT c.*, u.email AS owner_email FROM csa_contracts c JOIN csa_users u ON u.id = c.user_id WHERE c.id = $id",
      ["id": .text(id)], contract)
  }

  /// Newest first, with the count of all that match; of the same instant, the greater id first.
  ///
  /// - Parameter ownerID: Whose contracts; nil gives everybody's.
  static func page(of ownerID: String?, _ page: Page, _ transaction: ReadTransaction) throws -> (total: Int64, contracts: [Contract]) {
    let filter: SQLParameters = ownerID.map { ["user_id": .text($0)] } ?? [:]
    let sql = pageSQL(isFiltered: ownerID != nil)
    return (
      try transaction.integer(sql.count, filter) ?? 0,
      try transaction.query(sql.list, filter.of(page), contract)
    )
  }

  /// The owner's address is a query of its own, so that rows which a page leaves out cost no look at their owners.
  static func pageSQL(isFiltered: Bool) -> (count: StaticString, list: StaticString) {
    guard isFiltered else {
      return (
        "SELECT count(*) FROM csa_contracts",
        """
        SELECT c.*, (SELECT email FROM csa_users WHERE id = c.user_id) AS owner_email FROM csa_contracts c
        ORDER BY c.created_at DESC, c.id DESC LIMIT $limit OFFSET $skip
        """
      )
    }
    return (
      "SELECT count(*) FROM csa_contracts WHERE user_id = $user_id",
      """
      SELECT c.*, (SELECT email FROM csa_users WHERE id = c.user_id) AS owner_email FROM csa_contracts c
      WHERE c.user_id = $user_id ORDER BY c.created_at DESC, c.id DESC LIMIT $limit OFFSET $skip
      """
    )
  }

  static func insert(_ contract: Contract, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_contracts (id, user_id, is_signed, created_at, title, content_markdown)
      VALUES ($id, $user_id, $is_signed, $created_at, $title, $content_markdown)
      """,
      [
        "id": .text(contract.id), "user_id": .text(contract.ownerID), "is_signed": .bool(contract.isSigned),
        "created_at": .integer(contract.createdAt), "title": .text(contract.title),
        "content_markdown": .text(contract.contentMarkdown),
      ])
  }

  static func update(_ contract: Contract, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_contracts SET is_signed = $is_signed, updated_at = $updated_at, title = $title, content_markdown = $content_markdown
      WHERE id = $id
      """,
      [
        "id": .text(contract.id), "is_signed": .bool(contract.isSigned), "updated_at": .optionalInteger(contract.updatedAt),
        "title": .text(contract.title), "content_markdown": .text(contract.contentMarkdown),
      ])
  }

  /// - Returns: Whether it was there.
  static func delete(_ id: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM csa_contracts WHERE id = $id", ["id": .text(id)]) == 1
  }

  private static func contract(_ row: borrowing Row) throws -> Contract {
    Contract(
      id: try row.text("id"), ownerID: try row.text("user_id"), ownerEmail: try row.text("owner_email"), title: try row.text("title"),
      contentMarkdown: try row.text("content_markdown"), isSigned: try row.bool("is_signed"), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
