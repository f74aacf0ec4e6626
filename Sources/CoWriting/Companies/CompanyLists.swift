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
  /// How a selection is counted and paged: what is of one owner, and what is of everybody, each along its index in the order of time, where
  /// a filter that is not asked for reads no row.
  enum Lists {
    static let ofOwner = ListStatements(
      count: """
        SELECT count(*) FROM cw_companies INDEXED BY cw_companies_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_companies INDEXED BY cw_companies_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofOwnerSorted = ListStatements(
      count: ofOwner.count,
      ids: """
        SELECT id FROM cw_companies INDEXED BY cw_companies_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    static let ofEverybody = ListStatements(
      count: """
        SELECT count(*) FROM cw_companies INDEXED BY cw_companies_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        """,
      ids: """
        SELECT id FROM cw_companies INDEXED BY cw_companies_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofEverybodySorted = ListStatements(
      count: ofEverybody.count,
      ids: """
        SELECT id FROM cw_companies INDEXED BY cw_companies_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND deleted_at IS NULL
          AND ($industry IS NULL OR industry = $industry)
          AND ($credit_code IS NULL OR upper(unified_social_credit_code) = upper($credit_code))
          AND ($keyword IS NULL OR instr(lower(name), $keyword) > 0 OR instr(lower(legal_representative), $keyword) > 0)
        ORDER BY
          CASE $sort WHEN 'name asc' THEN name WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'name desc' THEN name WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// The companies of a page with what the list tells and counts of them: their address and scope it does not. In the order in which
    /// they are read, because that is where a column is looked for first.
    static let rows: StaticString = """
      SELECT c.id, c.user_id, c.name, c.unified_social_credit_code, c.legal_representative, c.contact_phone, c.contact_email,
        NULL AS address, c.industry, NULL AS business_scope, c.created_at, c.updated_at,
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
    if selection.owners == .nobody { return (0, []) }
    let filters: SQLParameters = [
      "industry": .optionalText(selection.industry), "credit_code": .optionalText(selection.creditCode),
      "keyword": .optionalText(selection.keyword),
    ]
    let (parameters, isUsual) = (filters.within(query.window), query.sort == .newestFirst)
    guard let owner = selection.owners.one else {
      return try (isUsual ? Lists.ofEverybody : Lists.ofEverybodySorted)
        .page(query, parameters, kept: selection.hasFilters ? nil : .all(.companies), transaction)
    }
    return try (isUsual ? Lists.ofOwner : Lists.ofOwnerSorted)
      .page(query, parameters.adding("owner_id", owner), kept: selection.hasFilters ? nil : .of(owner, .companies), transaction)
  }
}
