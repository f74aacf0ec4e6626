import Storage

/// Which projects: the filters of the list.
struct ProjectSelection: Equatable, Sendable {
  var owners: ListOwners
  /// A part of the name or the description, of `ListKeyword.folded`.
  var keyword: String?
  var companyID: Int64?
  var type: String?
  var status: String?

  /// Beside the company.
  var hasFilters: Bool { keyword != nil || type != nil || status != nil }
}

extension ProjectStore {
  /// How a selection is counted and paged: what is of one owner, and what is of everybody, each along its index in the order of time, where
  /// a filter that is not asked for reads no row.
  enum Lists {
    static let ofOwner = ListStatements(
      count: """
        SELECT count(*) FROM cw_projects INDEXED BY cw_projects_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_projects INDEXED BY cw_projects_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofOwnerSorted = ListStatements(
      count: ofOwner.count,
      ids: """
        SELECT id FROM cw_projects INDEXED BY cw_projects_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'status asc' THEN status WHEN 'type asc' THEN type
            WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'status desc' THEN status WHEN 'type desc' THEN type
            WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    static let ofEverybody = ListStatements(
      count: """
        SELECT count(*) FROM cw_projects INDEXED BY cw_projects_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_projects INDEXED BY cw_projects_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofEverybodySorted = ListStatements(
      count: ofEverybody.count,
      ids: """
        SELECT id FROM cw_projects INDEXED BY cw_projects_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'status asc' THEN status WHEN 'type asc' THEN type
            WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'status desc' THEN status WHEN 'type desc' THEN type
            WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// Reads the rows of the company, and no more.
    static let ofCompany = ListStatements(
      count: """
        SELECT count(*) FROM cw_projects
        WHERE company_id = $company_id AND deleted_at IS NULL AND +user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_projects
        WHERE company_id = $company_id AND deleted_at IS NULL AND +user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($type IS NULL OR type = $type) AND ($status IS NULL OR status = $status)
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(description), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'status asc' THEN status WHEN 'type asc' THEN type
            WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'status desc' THEN status WHEN 'type desc' THEN type
            WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// The projects of a page with what the list tells of them: their metadata it does not.
    static let rows: StaticString = """
      SELECT p.id, p.user_id, p.company_id, p.name, p.type, p.status, p.description, '{}' AS metadata, p.created_at, p.updated_at,
        p.completed_at, coalesce(nullif(u.full_name, ''), u.username) AS owner_name, c.name AS company_name,
        (SELECT count(*) FROM cw_documents AS d WHERE d.project_id = p.id AND d.deleted_at IS NULL) AS documents_count,
        (SELECT count(*) FROM cw_documents AS d WHERE d.project_id = p.id AND d.status = 'completed' AND d.deleted_at IS NULL)
          AS completed_documents_count,
        (SELECT count(*) FROM cw_forms AS f WHERE f.project_id = p.id AND f.deleted_at IS NULL) AS forms_count
      FROM json_each($ids) AS page JOIN cw_projects AS p ON p.id = page.value
        JOIN cw_users AS u ON u.id = p.user_id LEFT JOIN cw_companies AS c ON c.id = p.company_id
      ORDER BY page.key
      """
  }

  /// How many projects there are in all, and those of the page.
  static func page(_ selection: ProjectSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [(project: Project, surroundings: ProjectSurroundings)])
  {
    let (total, ids) = try ids(selection, query, transaction)
    guard !ids.isEmpty else { return (total, []) }
    let items = try transaction.query(Lists.rows, .ids(ids)) { (project: try project($0), surroundings: try surroundings($0)) }
    return (total, items)
  }

  private static func ids(_ selection: ProjectSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, ids: [Int64])
  {
    if selection.owners == .nobody { return (0, []) }
    let filters: SQLParameters = [
      "type": .optionalText(selection.type), "status": .optionalText(selection.status), "keyword": .optionalText(selection.keyword),
    ]
    let (parameters, isUsual) = (filters.within(query.window), query.sort == .newestFirst)
    if let company = selection.companyID {
      return try Lists.ofCompany.page(query, parameters.ownedBy(selection.owners).adding("company_id", company), transaction)
    }
    guard let owner = selection.owners.one else {
      return try (isUsual ? Lists.ofEverybody : Lists.ofEverybodySorted)
        .page(query, parameters, kept: selection.hasFilters ? nil : .all(.projects), transaction)
    }
    return try (isUsual ? Lists.ofOwner : Lists.ofOwnerSorted)
      .page(query, parameters.adding("owner_id", owner), kept: selection.hasFilters ? nil : .of(owner, .projects), transaction)
  }
}
