import CoWritingAPI
import Storage

/// An account with what belongs to it.
struct CountedUser: Sendable {
  var user: User
  /// Of projects that are not deleted.
  var projectsCount: Int64
  /// Of documents that are not deleted; those of a deleted project are.
  var documentsCount: Int64
}

/// Which accounts an administrator asks for, and how they are read.
struct UserList: Sendable {
  var query: ListQuery
  /// In lower case; in user name, address or full name. Nil, as below, for any.
  var keyword: String?
  var role: String?
  var isActive: Bool?
  var isVerified: Bool?

  init(_ request: CoWritingV1.ListUsersRequest) {
    query = ListQuery(request)
    keyword = ListKeyword.folded(request.keyword)
    role = request.role
    isActive = request.isActive
    isVerified = request.isVerified
  }

  /// Newest first, nothing asked for: both come from an index alone.
  static let newest = ListStatements(
    count: """
      SELECT count(*) FROM cw_users WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
      """,
    ids: """
      SELECT id FROM cw_users WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  /// Everything else reads the accounts of the time window.
  static let any = ListStatements(
    count: """
      SELECT count(*) FROM cw_users
      WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
        AND ($role IS NULL OR role = $role) AND ($is_active IS NULL OR is_active = $is_active)
        AND ($is_verified IS NULL OR is_verified = $is_verified)
        AND ($keyword IS NULL OR instr(username_key, $keyword) > 0 OR instr(email, $keyword) > 0 OR instr(lower(full_name), $keyword) > 0)
      """,
    ids: """
      SELECT id FROM cw_users
      WHERE deleted_at IS NULL AND created_at >= $created_after AND created_at < $created_before
        AND ($role IS NULL OR role = $role) AND ($is_active IS NULL OR is_active = $is_active)
        AND ($is_verified IS NULL OR is_verified = $is_verified)
        AND ($keyword IS NULL OR instr(username_key, $keyword) > 0 OR instr(email, $keyword) > 0 OR instr(lower(full_name), $keyword) > 0)
      ORDER BY
        CASE $sort WHEN 'created_at asc' THEN created_at WHEN 'username asc' THEN username_key WHEN 'email asc' THEN email
          WHEN 'last_login_at asc' THEN last_login_at END,
        CASE $sort WHEN 'created_at desc' THEN created_at WHEN 'username desc' THEN username_key WHEN 'email desc' THEN email
          WHEN 'last_login_at desc' THEN last_login_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  /// Accounts with their counts, in the order of `$ids`.
  static let counted: StaticString = """
    SELECT user.*,
      coalesce((SELECT number FROM cw_counts WHERE kind = 'projects' AND owner_id = user.id), 0) AS projects_count,
      coalesce((SELECT number FROM cw_counts WHERE kind = 'documents' AND owner_id = user.id), 0) AS documents_count
    FROM json_each($ids) AS page JOIN cw_users AS user ON user.id = page.value WHERE user.deleted_at IS NULL ORDER BY page.key
    """

  /// The page that is asked for, and how many there are in all.
  func read(_ transaction: ReadTransaction) throws -> (total: Int64, users: [CountedUser]) {
    let statements = isUsual ? Self.newest : Self.any
    let (total, ids) = try statements.page(query, parameters, kept: isUsual ? .all(.users) : nil, transaction)
    return (total, try Self.users(ids, transaction))
  }

  /// One account.
  static func user(id: Int64, _ transaction: ReadTransaction) throws -> CountedUser? { try users([id], transaction).first }

  private static func users(_ ids: [Int64], _ transaction: ReadTransaction) throws -> [CountedUser] {
    try transaction.query(counted, .ids(ids)) { row in
      CountedUser(
        user: try UserStore.user(row), projectsCount: try row.integer("projects_count"), documentsCount: try row.integer("documents_count"))
    }
  }

  private var isUsual: Bool { keyword == nil && role == nil && isActive == nil && isVerified == nil && query.sort == .newestFirst }

  private var parameters: SQLParameters {
    let window: SQLParameters = [:]
    if isUsual { return window.within(query.window) }
    var all = window.within(query.window)
    all.append("keyword", .optionalText(keyword))
    all.append("role", .optionalText(role))
    all.append("is_active", isActive.map { .bool($0) } ?? .null)
    all.append("is_verified", isVerified.map { .bool($0) } ?? .null)
    return all
  }
}
