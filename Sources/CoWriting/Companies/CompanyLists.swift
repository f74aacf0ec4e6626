import Storage

/// Which companies: the filters of the list.
struct CompanySelection: Equatable, Sendable {
  var owners: ListOwners
  /// A part of the name or the legal representative, of `ListKeyword.folded`.
  var keyword: String?
  var industry: String?
  var creditCode: String?

  var hasFilters: Bool { keyword != nil || industry != nil || creditCode != nil }
}

extension CompanyStore {
  /// How a selection is counted and paged.
  enum Lists {
    static let newestOfOwner = ListStatements(
      count: """
        SELECT count(*) FROM cw_companies
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        """,
      ids: """
        SELECT id FROM cw_companies
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let newest = ListStatements(
      count: """
        SELECT count(*) FROM cw_companies
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        """,
      ids: """
        SELECT id FROM cw_companies
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    /// Reads the rows of the owners, and no more: `+created_at` keeps the plan on their index.
    static let filtered = ListStatements(
      count: """
        SELECT count(*) FROM cw_companies
        WHERE user_id BETWEEN $first_owner AND $last_owner AND deleted_at IS NULL
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR +upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_companies
        WHERE user_id BETWEEN $first_owner AND $last_owner AND deleted_at IS NULL
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR +upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// The companies of a page with what the list counts of them.
    static let rows: StaticString = """
      SELECT c.*,
        (SELECT count(*) FROM cw_projects AS p WHERE p.company_id = c.id AND p.deleted_at IS NULL) AS projects_count,
        (SELECT count(*) FROM cw_projects AS p WHERE p.company_id = c.id AND p.status = 'completed' AND p.deleted_at IS NULL)
          AS completed_projects_count
      FROM json_each($ids) AS page JOIN cw_companies AS c ON c.id = page.value ORDER BY page.key
      """
  }

  /// How many companies there are in all, and those of the page.
  static func page(_ selection: CompanySelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [(company: Company, counts: CompanyCounts)])
  {
    let (total, ids) = try ids(selection, query, transaction)
    guard !ids.isEmpty else { return (total, []) }
    let items = try transaction.query(Lists.rows, .ids(ids)) { (company: try company($0), counts: try counts($0)) }
    return (total, items)
  }

  private static func ids(_ selection: CompanySelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, ids: [Int64])
  {
    if query.sort == .newestFirst, !selection.hasFilters {
      if let owner = selection.owners.one {
        let parameters = (["owner_id": .integer(owner)] as SQLParameters).within(query.window)
        return try Lists.newestOfOwner.page(query, parameters, kept: .of(owner, .companies), transaction)
      }
      if selection.owners == .everybody {
        return try Lists.newest.page(query, ([:] as SQLParameters).within(query.window), kept: .all(.companies), transaction)
      }
    }
    let parameters: SQLParameters = [
      "industry": .optionalText(selection.industry), "credit_code": .optionalText(selection.creditCode),
      "keyword": .optionalText(selection.keyword),
    ]
    return try Lists.filtered.page(query, parameters.ownedBy(selection.owners).within(query.window), transaction)
  }
}
