import Storage

/// All SQL about which documents a list has (GET /api/v1/documents).
struct DocumentList: Equatable, Sendable {
  var query = ListQuery()
  var owners: ListOwners
  var projectID: Int64?
  var status: String?
  var format: String?
  /// Folded by `ListKeyword`; nil for none.
  var keyword: String?

  /// How many documents there are, and those of the page.
  func page(_ transaction: ReadTransaction) throws -> (total: Int64, documents: [ListedDocument]) {
    let (total, ids) = try ids(transaction)
    return (total, try DocumentStore.listed(ids, transaction))
  }

  private func ids(_ transaction: ReadTransaction) throws -> (total: Int64, ids: [Int64]) {
    if owners == .nobody { return (0, []) }
    if let keyword { return try found(keyword, transaction) }
    guard query.sort == .newestFirst else {
      let parameters = SQLParameters(ownedBy: owners).narrowed(self).within(query.window)
      if let projectID {
        return try Self.inProjectAnyOrder.page(query, parameters.adding("project_id", projectID), transaction)
      }
      return try Self.anyOrder.page(query, parameters, transaction)
    }
    let parameters = ([:] as SQLParameters).within(query.window).narrowed(self)
    if let projectID {
      return try Self.inProject.page(query, parameters.ownedBy(owners).adding("project_id", projectID), transaction)
    }
    let isWhole = status == nil && format == nil
    if let owner = owners.one {
      return try Self.ofOwner.page(
        query, parameters.adding("user_id", owner), kept: isWhole ? .of(owner, .documents) : nil, transaction)
    }
    return try Self.ofEverybody.page(query, parameters, kept: isWhole ? .all(.documents) : nil, transaction)
  }

  /// Those that have the keyword in their title or contents. Ids are in the order of creation, as the index gives them.
  private func found(_ keyword: String, _ transaction: ReadTransaction) throws -> (total: Int64, ids: [Int64]) {
    guard let question = try DocumentSearch.question(keyword, owners: owners, projectID: projectID, transaction) else { return (0, []) }
    let parameters: SQLParameters = ["match": .text(question.match), "fresh": .ids(question.fresh)]
    if question.findsOthers {
      var all = parameters.narrowed(self).within(query.window)
      all.append("keyword", .text(keyword))
      return try Self.readAnyOrder.page(query, all, transaction)
    }
    guard status == nil, format == nil, query.window.isOpen, query.sort.column == "created_at", !question.findsDeleted else {
      return try Self.foundAnyOrder.page(query, parameters.narrowed(self).within(query.window), transaction)
    }
    return try (query.sort.isAscending ? Self.foundOldestFirst : Self.foundNewestFirst).page(query, parameters, transaction)
  }

  /// Status and format stand in the indexes that these walk, so that no row is read which is not given.
  static let ofOwner = ListStatements(
    count: """
      SELECT count(*) FROM cw_documents
      WHERE deleted_at IS NULL AND user_id = $user_id AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
      """,
    ids: """
      SELECT id FROM cw_documents
      WHERE deleted_at IS NULL AND user_id = $user_id AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  static let ofEverybody = ListStatements(
    count: """
      SELECT count(*) FROM cw_documents WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
      """,
    ids: """
      SELECT id FROM cw_documents WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  /// A project's documents all have one owner: whoever may not see the first sees none.
  static let inProject = ListStatements(
    count: """
      SELECT count(*) FROM cw_documents
      WHERE deleted_at IS NULL AND project_id = $project_id AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        AND (SELECT user_id FROM cw_projects WHERE id = $project_id) BETWEEN $first_owner AND $last_owner
      """,
    ids: """
      SELECT id FROM cw_documents
      WHERE deleted_at IS NULL AND project_id = $project_id AND created_at >= $created_after AND created_at < $created_before
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format)
        AND (SELECT user_id FROM cw_projects WHERE id = $project_id) BETWEEN $first_owner AND $last_owner
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  static let anyOrder = ListStatements(
    count: """
      SELECT count(*) FROM cw_documents
      WHERE deleted_at IS NULL AND user_id BETWEEN $first_owner AND $last_owner AND ($status IS NULL OR status = $status)
        AND ($format IS NULL OR format = $format) AND created_at >= $created_after AND created_at < $created_before
      """,
    ids: """
      SELECT id FROM cw_documents
      WHERE deleted_at IS NULL AND user_id BETWEEN $first_owner AND $last_owner AND ($status IS NULL OR status = $status)
        AND ($format IS NULL OR format = $format) AND created_at >= $created_after AND created_at < $created_before
      ORDER BY
        CASE $sort WHEN 'title asc' THEN title WHEN 'status asc' THEN status WHEN 'updated_at asc' THEN updated_at
          WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'title desc' THEN title WHEN 'status desc' THEN status WHEN 'updated_at desc' THEN updated_at
          WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static let inProjectAnyOrder = ListStatements(
    count: """
      SELECT count(*) FROM cw_documents INDEXED BY cw_documents_by_project
      WHERE deleted_at IS NULL AND project_id = $project_id AND user_id BETWEEN $first_owner AND $last_owner
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format) AND created_at >= $created_after
        AND created_at < $created_before
      """,
    ids: """
      SELECT id FROM cw_documents INDEXED BY cw_documents_by_project
      WHERE deleted_at IS NULL AND project_id = $project_id AND user_id BETWEEN $first_owner AND $last_owner
        AND ($status IS NULL OR status = $status) AND ($format IS NULL OR format = $format) AND created_at >= $created_after
        AND created_at < $created_before
      ORDER BY
        CASE $sort WHEN 'title asc' THEN title WHEN 'status asc' THEN status WHEN 'updated_at asc' THEN updated_at
          WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'title desc' THEN title WHEN 'status desc' THEN status WHEN 'updated_at desc' THEN updated_at
          WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  // What the index finds but is behind with is left out; `$fresh` are those of them that are found.

  static let foundNewestFirst = ListStatements(
    count: """
      SELECT count(*) + json_array_length($fresh) FROM cw_document_search
      WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
      """,
    ids: """
      SELECT rowid AS id FROM cw_document_search
      WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
      UNION ALL SELECT value FROM json_each($fresh) ORDER BY id DESC LIMIT $limit OFFSET $skip
      """)

  static let foundOldestFirst = ListStatements(
    count: foundNewestFirst.count,
    ids: """
      SELECT rowid AS id FROM cw_document_search
      WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
      UNION ALL SELECT value FROM json_each($fresh) ORDER BY id LIMIT $limit OFFSET $skip
      """)

  /// Reads the row of each document that has the keyword.
  static let foundAnyOrder = ListStatements(
    count: """
      SELECT count(*) FROM (
        SELECT rowid AS id FROM cw_document_search
        WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
        UNION ALL SELECT value FROM json_each($fresh)
      ) AS found CROSS JOIN cw_documents d ON d.id = found.id
      WHERE d.deleted_at IS NULL AND ($status IS NULL OR d.status = $status)
        AND ($format IS NULL OR d.format = $format) AND d.created_at >= $created_after AND d.created_at < $created_before
      """,
    ids: """
      SELECT d.id FROM (
        SELECT rowid AS id FROM cw_document_search
        WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
        UNION ALL SELECT value FROM json_each($fresh)
      ) AS found CROSS JOIN cw_documents d ON d.id = found.id
      WHERE d.deleted_at IS NULL AND ($status IS NULL OR d.status = $status)
        AND ($format IS NULL OR d.format = $format) AND d.created_at >= $created_after AND d.created_at < $created_before
      ORDER BY
        CASE $sort WHEN 'title asc' THEN d.title WHEN 'status asc' THEN d.status WHEN 'updated_at asc' THEN d.updated_at
          WHEN 'created_at asc' THEN d.created_at END,
        CASE $sort WHEN 'title desc' THEN d.title WHEN 'status desc' THEN d.status WHEN 'updated_at desc' THEN d.updated_at
          WHEN 'created_at desc' THEN d.created_at END DESC,
        CASE WHEN $is_ascending THEN d.id END, d.id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  /// Reads the text of each document that the index finds, too.
  static let readAnyOrder = ListStatements(
    count: """
      SELECT count(*) FROM (
        SELECT rowid AS id FROM cw_document_search
        WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
        UNION ALL SELECT value FROM json_each($fresh)
      ) AS found CROSS JOIN cw_documents d ON d.id = found.id
      CROSS JOIN cw_document_versions v ON v.document_id = d.id AND v.version_number = d.versions_count
      WHERE d.deleted_at IS NULL AND ($status IS NULL OR d.status = $status)
        AND ($format IS NULL OR d.format = $format) AND d.created_at >= $created_after AND d.created_at < $created_before
        AND (instr(lower(d.title), $keyword) > 0 OR instr(lower(v.content), $keyword) > 0)
      """,
    ids: """
      SELECT d.id FROM (
        SELECT rowid AS id FROM cw_document_search
        WHERE cw_document_search MATCH $match AND rowid NOT IN (SELECT document_id FROM cw_search_backlog)
        UNION ALL SELECT value FROM json_each($fresh)
      ) AS found CROSS JOIN cw_documents d ON d.id = found.id
      CROSS JOIN cw_document_versions v ON v.document_id = d.id AND v.version_number = d.versions_count
      WHERE d.deleted_at IS NULL AND ($status IS NULL OR d.status = $status)
        AND ($format IS NULL OR d.format = $format) AND d.created_at >= $created_after AND d.created_at < $created_before
        AND (instr(lower(d.title), $keyword) > 0 OR instr(lower(v.content), $keyword) > 0)
      ORDER BY
        CASE $sort WHEN 'title asc' THEN d.title WHEN 'status asc' THEN d.status WHEN 'updated_at asc' THEN d.updated_at
          WHEN 'created_at asc' THEN d.created_at END,
        CASE $sort WHEN 'title desc' THEN d.title WHEN 'status desc' THEN d.status WHEN 'updated_at desc' THEN d.updated_at
          WHEN 'created_at desc' THEN d.created_at END DESC,
        CASE WHEN $is_ascending THEN d.id END, d.id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)
}

extension SQLParameters {
  fileprivate init(ownedBy owners: ListOwners) { self = ([:] as SQLParameters).ownedBy(owners) }

  /// The same with `$status` and `$format`.
  fileprivate func narrowed(_ list: DocumentList) -> SQLParameters {
    var all = self
    all.append("status", .optionalText(list.status))
    all.append("format", .optionalText(list.format))
    return all
  }
}
