import Storage

/// All SQL about projects.
enum ProjectStore {
  /// A project that is not deleted.
  ///
  /// - Parameter owners: Anybody else's is not there.
  static func project(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> Project? {
    try transaction.first(
      "SELECT * FROM cw_projects WHERE id = $id AND +user_id BETWEEN $first_owner AND $last_owner AND deleted_at IS NULL",
      (["id": .integer(id)] as SQLParameters).ownedBy(owners), project)
  }

  /// The same with what is told of it.
  static func whole(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws
    -> (project: Project, surroundings: ProjectSurroundings)?
  {
    try transaction.first(wholeSQL, (["id": .integer(id)] as SQLParameters).ownedBy(owners)) {
      (project: try project($0), surroundings: try surroundings($0))
    }
  }

  static let wholeSQL: StaticString = """
    SELECT p.*, coalesce(nullif(u.full_name, ''), u.username) AS owner_name, c.name AS company_name,
      (SELECT count(*) FROM cw_documents AS d WHERE d.project_id = p.id AND d.deleted_at IS NULL) AS documents_count,
      (SELECT count(*) FROM cw_documents AS d WHERE d.project_id = p.id AND d.status = 'completed' AND d.deleted_at IS NULL)
        AS completed_documents_count,
      (SELECT count(*) FROM cw_forms AS f WHERE f.project_id = p.id AND f.deleted_at IS NULL) AS forms_count
    FROM cw_projects AS p JOIN cw_users AS u ON u.id = p.user_id LEFT JOIN cw_companies AS c ON c.id = p.company_id
    WHERE p.id = $id AND +p.user_id BETWEEN $first_owner AND $last_owner AND p.deleted_at IS NULL
    """

  /// - Returns: Its id.
  static func insert(_ project: Project, _ transaction: Transaction) throws -> Int64 {
    var parameters = values(project)
    parameters.append("user_id", .integer(project.ownerID))
    parameters.append("created_at", .integer(project.createdAt))
    return try transaction.integer(
      """
      INSERT INTO cw_projects (
        user_id, company_id, name, type, status, description, metadata, created_at, updated_at, completed_at)
      VALUES ($user_id, $company_id, $name, $type, $status, $description, $metadata, $created_at, $updated_at, $completed_at)
      RETURNING id
      """, parameters) ?? 0
  }

  static func update(_ project: Project, _ transaction: Transaction) throws {
    var parameters = values(project)
    parameters.append("id", .integer(project.id))
    try transaction.execute(
      """
      UPDATE cw_projects SET company_id = $company_id, name = $name, type = $type, status = $status, description = $description,
        metadata = $metadata, updated_at = $updated_at, completed_at = $completed_at
      WHERE id = $id
      """, parameters)
  }

  static func delete(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE cw_projects SET deleted_at = $now WHERE id = $id", ["id": .integer(id), "now": .integer(now)])
  }

  private static func values(_ project: Project) -> SQLParameters {
    [
      "company_id": .optionalInteger(project.companyID), "name": .text(project.name), "type": .text(project.type),
      "status": .text(project.status), "description": .optionalText(project.description), "metadata": .text(project.metadata),
      "updated_at": .integer(project.updatedAt), "completed_at": .optionalInteger(project.completedAt),
    ]
  }

  static func project(_ row: borrowing Row) throws -> Project {
    Project(
      id: try row.integer("id"), ownerID: try row.integer("user_id"), companyID: try row.optionalInteger("company_id"),
      name: try row.text("name"), type: try row.text("type"), status: try row.text("status"),
      description: try row.optionalText("description"), metadata: try row.text("metadata"), createdAt: try row.integer("created_at"),
      updatedAt: try row.integer("updated_at"), completedAt: try row.optionalInteger("completed_at"))
  }

  static func surroundings(_ row: borrowing Row) throws -> ProjectSurroundings {
    ProjectSurroundings(
      ownerName: try row.text("owner_name"), companyName: try row.optionalText("company_name"),
      documents: try row.integer("documents_count"), completedDocuments: try row.integer("completed_documents_count"),
      forms: try row.integer("forms_count"))
  }
}
