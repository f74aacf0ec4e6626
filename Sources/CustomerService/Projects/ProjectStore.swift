import Storage

/// All SQL about projects themselves.
enum ProjectStore {
  static func project(_ id: String, _ transaction: ReadTransaction) throws -> Project? {
    try transaction.first(
      "SELECT p.*, u.email AS owner_email FROM csa_projects p JOIN csa_users u ON u.id = p.user_id WHERE p.id = $id",
      ["id": .text(id)], project)
  }

  static func exists(_ id: String, _ transaction: ReadTransaction) throws -> Bool { try ownerID(of: id, transaction) != nil }

  /// Whose project it is, without reading the whole of it; nil if there is none.
  static func ownerID(of id: String, _ transaction: ReadTransaction) throws -> String? {
    try transaction.first("SELECT user_id FROM csa_projects WHERE id = $id", ["id": .text(id)]) { try $0.text(0) }
  }

  /// Newest first, with the count of all that match; of the same instant, the greater id first.
  ///
  /// - Parameter ownerID: Whose projects; nil gives everybody's.
  static func page(of ownerID: String?, _ page: Page, _ transaction: ReadTransaction) throws -> (total: Int64, projects: [Project]) {
    let filter: SQLParameters = ownerID.map { ["user_id": .text($0)] } ?? [:]
    let sql = pageSQL(isFiltered: ownerID != nil)
    return (
      try transaction.integer(sql.count, filter) ?? 0,
      try transaction.query(sql.list, filter.of(page), project)
    )
  }

  /// The owner's address is a query of its own, so that rows which a page leaves out cost no look at their owners.
  static func pageSQL(isFiltered: Bool) -> (count: StaticString, list: StaticString) {
    guard isFiltered else {
      return (
        "SELECT count(*) FROM csa_projects",
        """
        SELECT p.*, (SELECT email FROM csa_users WHERE id = p.user_id) AS owner_email FROM csa_projects p
        ORDER BY p.created_at DESC, p.id DESC LIMIT $limit OFFSET $skip
        """
      )
    }
    return (
      "SELECT count(*) FROM csa_projects WHERE user_id = $user_id",
      """
      SELECT p.*, (SELECT email FROM csa_users WHERE id = p.user_id) AS owner_email FROM csa_projects p
      WHERE p.user_id = $user_id ORDER BY p.created_at DESC, p.id DESC LIMIT $limit OFFSET $skip
      """
    )
  }

  static func insert(_ project: Project, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_projects (id, user_id, created_at, name, description, overview_markdown)
      VALUES ($id, $user_id, $created_at, $name, $description, $overview_markdown)
      """,
      [
        "id": .text(project.id), "user_id": .text(project.ownerID), "created_at": .integer(project.createdAt),
        "name": .text(project.name), "description": .optionalText(project.description),
        "overview_markdown": .text(project.overviewMarkdown),
      ])
  }

  static func update(_ project: Project, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_projects SET updated_at = $updated_at, name = $name, description = $description, overview_markdown = $overview_markdown
      WHERE id = $id
      """,
      [
        "id": .text(project.id), "updated_at": .optionalInteger(project.updatedAt), "name": .text(project.name),
        "description": .optionalText(project.description), "overview_markdown": .text(project.overviewMarkdown),
      ])
  }

  /// Takes links and tasks along.
  ///
  /// - Returns: Whether it was there.
  static func delete(_ id: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM csa_projects WHERE id = $id", ["id": .text(id)]) == 1
  }

  private static func project(_ row: borrowing Row) throws -> Project {
    Project(
      id: try row.text("id"), ownerID: try row.text("user_id"), ownerEmail: try row.text("owner_email"), name: try row.text("name"),
      description: try row.optionalText("description"), overviewMarkdown: try row.text("overview_markdown"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"))
  }
}
