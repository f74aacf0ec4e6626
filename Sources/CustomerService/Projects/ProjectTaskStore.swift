import Storage

/// All SQL about the tasks of projects.
enum ProjectTaskStore {
  static func task(_ id: String, _ transaction: ReadTransaction) throws -> ProjectTask? {
    try transaction.first("SELECT * FROM csa_project_tasks WHERE id = $id", ["id": .text(id)], task)
  }

  /// Newest first, with the count of all that match; of the same instant, the greater id first.
  ///
  /// - Parameter status: Nil gives those of every status.
  static func page(
    of projectID: String, status: String?, _ page: Page, _ transaction: ReadTransaction
  ) throws -> (total: Int64, tasks: [ProjectTask]) {
    var filter: SQLParameters = ["project_id": .text(projectID)]
    if let status { filter.append("status", .text(status)) }
    let sql = pageSQL(isFiltered: status != nil)
    return (
      try transaction.integer(sql.count, filter) ?? 0,
      try transaction.query(sql.list, filter.of(page), task)
    )
  }

  static func pageSQL(isFiltered: Bool) -> (count: StaticString, list: StaticString) {
    guard isFiltered else {
      return (
        "SELECT count(*) FROM csa_project_tasks WHERE project_id = $project_id",
        "SELECT * FROM csa_project_tasks WHERE project_id = $project_id ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip"
      )
    }
    return (
      "SELECT count(*) FROM csa_project_tasks WHERE project_id = $project_id AND status = $status",
      """
      SELECT * FROM csa_project_tasks WHERE project_id = $project_id AND status = $status
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """
    )
  }

  static func insert(_ task: ProjectTask, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_project_tasks (id, project_id, status, created_at, title, description)
      VALUES ($id, $project_id, $status, $created_at, $title, $description)
      """,
      [
        "id": .text(task.id), "project_id": .text(task.projectID), "status": .text(task.status),
        "created_at": .integer(task.createdAt), "title": .text(task.title), "description": .optionalText(task.description),
      ])
  }

  static func setStatus(of id: String, to status: String, at time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_project_tasks SET status = $status, updated_at = $updated_at WHERE id = $id",
      ["id": .text(id), "status": .text(status), "updated_at": .integer(time)])
  }

  /// - Returns: Whether it was there.
  static func delete(_ id: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM csa_project_tasks WHERE id = $id", ["id": .text(id)]) == 1
  }

  private static func task(_ row: borrowing Row) throws -> ProjectTask {
    ProjectTask(
      id: try row.text("id"), projectID: try row.text("project_id"), title: try row.text("title"),
      description: try row.optionalText("description"), status: try row.text("status"), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
