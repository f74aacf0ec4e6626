import Storage

/// Which generated texts: the filters of the list.
struct GenerationSelection: Equatable, Sendable {
  var owners: ListOwners
  var documentID: Int64?
  var status: String?
}

extension GenerationStore {
  /// How a selection is counted and paged: the usual lists along their index, where a status that is not asked for reads no row.
  enum Lists {
    static let newestOfOwner = ListStatements(
      count: """
        SELECT count(*) FROM cw_generations INDEXED BY cw_generations_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before
          AND ($status IS NULL OR status = $status)
        """,
      ids: """
        SELECT id FROM cw_generations INDEXED BY cw_generations_of_user
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before
          AND ($status IS NULL OR status = $status)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let newest = ListStatements(
      count: """
        SELECT count(*) FROM cw_generations INDEXED BY cw_generations_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND ($status IS NULL OR status = $status)
        """,
      ids: """
        SELECT id FROM cw_generations INDEXED BY cw_generations_newest
        WHERE created_at >= $created_after AND created_at < $created_before AND ($status IS NULL OR status = $status)
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofDocument = ListStatements(
      count: """
        SELECT count(*) FROM cw_generations
        WHERE document_id = $document_id AND +user_id BETWEEN $first_owner AND $last_owner
          AND created_at >= $created_after AND created_at < $created_before AND ($status IS NULL OR status = $status)
        """,
      ids: """
        SELECT id FROM cw_generations
        WHERE document_id = $document_id AND +user_id BETWEEN $first_owner AND $last_owner
          AND created_at >= $created_after AND created_at < $created_before AND ($status IS NULL OR status = $status)
        ORDER BY
          CASE $sort WHEN 'status asc' THEN status WHEN 'completed_at asc' THEN completed_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'status desc' THEN status WHEN 'completed_at desc' THEN completed_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// Reads the rows of the owners, and no more: `+created_at` keeps the plan on their index.
    static let filtered = ListStatements(
      count: """
        SELECT count(*) FROM cw_generations
        WHERE user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before AND ($status IS NULL OR status = $status)
        """,
      ids: """
        SELECT id FROM cw_generations
        WHERE user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before AND ($status IS NULL OR status = $status)
        ORDER BY
          CASE $sort WHEN 'status asc' THEN status WHEN 'completed_at asc' THEN completed_at WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'status desc' THEN status WHEN 'completed_at desc' THEN completed_at WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// The rows of a page, with the names that the list shows, without the texts: those may be megabytes.
    static let rows: StaticString = """
      SELECT g.id, g.user_id, g.document_id, g.status, g.prompt, g.context, g.section, g.template_id, g.config, g.attempt, g.model,
        g.prompt_tokens, g.completion_tokens, g.finish_reason, g.error_message, g.applied_version, g.created_at, g.started_at,
        g.completed_at, '' AS text, d.title AS document_title, coalesce(nullif(u.full_name, ''), u.username) AS user_name
      FROM json_each($ids) AS page JOIN cw_generations AS g ON g.id = page.value
      JOIN cw_documents AS d ON d.id = g.document_id JOIN cw_users AS u ON u.id = g.user_id ORDER BY page.key
      """
  }

  /// How many there are in all, and those of the page.
  static func page(_ selection: GenerationSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [NamedGeneration])
  {
    let (total, ids) = try ids(selection, query, transaction)
    guard !ids.isEmpty else { return (total, []) }
    return (total, try transaction.query(Lists.rows, .ids(ids), namedGeneration))
  }

  private static func ids(_ selection: GenerationSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, ids: [Int64])
  {
    if let document = selection.documentID {
      let parameters: SQLParameters = ["document_id": .integer(document), "status": .optionalText(selection.status)]
      return try Lists.ofDocument.page(query, parameters.ownedBy(selection.owners).within(query.window), transaction)
    }
    let parameters: SQLParameters = ["status": .optionalText(selection.status)]
    if query.sort == .newestFirst {
      let isWhole = selection.status == nil
      if let owner = selection.owners.one {
        return try Lists.newestOfOwner.page(
          query, parameters.adding("owner_id", owner).within(query.window), kept: isWhole ? .of(owner, .generations) : nil, transaction)
      }
      if selection.owners == .everybody {
        return try Lists.newest.page(query, parameters.within(query.window), kept: isWhole ? .all(.generations) : nil, transaction)
      }
    }
    return try Lists.filtered.page(query, parameters.ownedBy(selection.owners).within(query.window), transaction)
  }
}
