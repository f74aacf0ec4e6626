import Storage

/// Which exports: the filters of the list.
struct ExportSelection: Equatable, Sendable {
  var owners: ListOwners
  var documentID: Int64?
  var format: String?
  var status: String?
}

extension ExportStore {
  /// How a selection is counted and paged.
  enum Lists {
    static let newestOfOwner = ListStatements(
      count: """
        SELECT count(*) FROM cw_exports
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before
        """,
      ids: """
        SELECT id FROM cw_exports
        WHERE user_id = $owner_id AND created_at >= $created_after AND created_at < $created_before
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let newest = ListStatements(
      count: "SELECT count(*) FROM cw_exports WHERE created_at >= $created_after AND created_at < $created_before",
      ids: """
        SELECT id FROM cw_exports WHERE created_at >= $created_after AND created_at < $created_before
        ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
        """)

    static let ofDocument = ListStatements(
      count: """
        SELECT count(*) FROM cw_exports
        WHERE document_id = $document_id AND +user_id BETWEEN $first_owner AND $last_owner
          AND created_at >= $created_after AND created_at < $created_before
          AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        """,
      ids: """
        SELECT id FROM cw_exports
        WHERE document_id = $document_id AND +user_id BETWEEN $first_owner AND $last_owner
          AND created_at >= $created_after AND created_at < $created_before
          AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        ORDER BY
          CASE $sort WHEN 'status asc' THEN status WHEN 'format asc' THEN format WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'status desc' THEN status WHEN 'format desc' THEN format WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// Reads the rows of the owners, and no more: `+created_at` keeps the plan on their index.
    static let filtered = ListStatements(
      count: """
        SELECT count(*) FROM cw_exports
        WHERE user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        """,
      ids: """
        SELECT id FROM cw_exports
        WHERE user_id BETWEEN $first_owner AND $last_owner
          AND +created_at >= $created_after AND +created_at < $created_before
          AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        ORDER BY
          CASE $sort WHEN 'status asc' THEN status WHEN 'format asc' THEN format WHEN 'created_at asc' THEN created_at END,
          CASE $sort WHEN 'status desc' THEN status WHEN 'format desc' THEN format WHEN 'created_at desc' THEN created_at END DESC,
          CASE WHEN $is_ascending THEN id END, id DESC
        LIMIT $limit OFFSET $skip
        """, isSorted: true)

    /// The exports of a page, with the name that the list shows.
    static let rows: StaticString = """
      SELECT e.*, coalesce(nullif(u.full_name, ''), u.username) AS user_name
      FROM json_each($ids) AS page JOIN cw_exports AS e ON e.id = page.value JOIN cw_users AS u ON u.id = e.user_id ORDER BY page.key
      """
  }

  /// How many there are in all, and those of the page.
  static func page(_ selection: ExportSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [NamedExport])
  {
    let (total, ids) = try ids(selection, query, transaction)
    guard !ids.isEmpty else { return (total, []) }
    return (total, try transaction.query(Lists.rows, .ids(ids), named))
  }

  private static func ids(_ selection: ExportSelection, _ query: ListQuery, _ transaction: ReadTransaction) throws
    -> (total: Int64, ids: [Int64])
  {
    if let document = selection.documentID {
      let parameters: SQLParameters = [
        "document_id": .integer(document), "status": .optionalText(selection.status), "format": .optionalText(selection.format),
      ]
      return try Lists.ofDocument.page(query, parameters.ownedBy(selection.owners).within(query.window), transaction)
    }
    if query.sort == .newestFirst, selection.status == nil, selection.format == nil {
      if let owner = selection.owners.one {
        return try Lists.newestOfOwner.page(
          query, (["owner_id": .integer(owner)] as SQLParameters).within(query.window), kept: .of(owner, .exports), transaction)
      }
      if selection.owners == .everybody {
        return try Lists.newest.page(query, ([:] as SQLParameters).within(query.window), kept: .all(.exports), transaction)
      }
    }
    let parameters: SQLParameters = ["status": .optionalText(selection.status), "format": .optionalText(selection.format)]
    return try Lists.filtered.page(query, parameters.ownedBy(selection.owners).within(query.window), transaction)
  }
}
