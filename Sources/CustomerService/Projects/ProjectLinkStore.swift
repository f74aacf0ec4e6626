import Storage

/// All SQL about the links of projects.
enum ProjectLinkStore {
  /// Newest first, with the count of all; of the same instant, the greater id first.
  static func page(of projectID: String, _ page: Page, _ transaction: ReadTransaction) throws -> (total: Int64, links: [ProjectLink]) {
    let filter: SQLParameters = ["project_id": .text(projectID)]
    return (
      try transaction.integer(pageSQL.count, filter) ?? 0,
      try transaction.query(pageSQL.list, filter.of(page), link)
    )
  }

  static let pageSQL: (count: StaticString, list: StaticString) = (
    "SELECT count(*) FROM csa_project_links WHERE project_id = $project_id",
    "SELECT * FROM csa_project_links WHERE project_id = $project_id ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
  )

  static func insert(_ link: ProjectLink, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_project_links (id, project_id, created_at, title, url, description)
      VALUES ($id, $project_id, $created_at, $title, $url, $description)
      """,
      [
        "id": .text(link.id), "project_id": .text(link.projectID), "created_at": .integer(link.createdAt), "title": .text(link.title),
        "url": .text(link.url), "description": .optionalText(link.description),
      ])
  }

  /// - Returns: Whether it was there.
  static func delete(_ id: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM csa_project_links WHERE id = $id", ["id": .text(id)]) == 1
  }

  private static func link(_ row: borrowing Row) throws -> ProjectLink {
    ProjectLink(
      id: try row.text("id"), projectID: try row.text("project_id"), title: try row.text("title"), url: try row.text("url"),
      description: try row.optionalText("description"), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
