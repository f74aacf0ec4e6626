import Storage

/// All SQL about accounts.
enum UserStore {
  static func user(id: String, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM csa_users WHERE id = $id", ["id": .text(id)], user)
  }

  /// - Parameter email: In lower case.
  static func user(email: String, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM csa_users WHERE email = $email", ["email": .text(email)], user)
  }

  /// The accounts that a query of `csa_users` gives, all columns.
  static func users(_ sql: StaticString, _ transaction: ReadTransaction) throws -> [User] { try transaction.query(sql, [:], user) }

  static func isEmpty(_ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM csa_users)") == 0
  }

  /// Active administrators other than `id`.
  static func otherAdministrators(than id: String, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(
      "SELECT count(*) FROM csa_users WHERE role = 'admin' AND is_active = 1 AND id <> $id", ["id": .text(id)]) ?? 0
  }

  /// Active administrators, those first who have been there for longest.
  static func administrators(limit: Int64, _ transaction: ReadTransaction) throws -> [User] {
    try transaction.query(administratorsSQL, ["limit": .integer(limit)], user)
  }

  static let administratorsSQL: StaticString =
    "SELECT * FROM csa_users WHERE role = 'admin' AND is_active = 1 ORDER BY created_at, id LIMIT $limit"

  /// Newest first, with the count of all that match.
  ///
  /// - Parameter keyword: Part of the address or the name, without regard to ASCII case; nil or empty gives everybody.
  static func users(
    keyword: String?, skip: Int64, limit: Int64, _ transaction: ReadTransaction
  ) throws -> (total: Int64, users: [User]) {
    // instr takes the keyword literally: there are no wildcards in it.
    let filter: SQLParameters = ["keyword": .text(keyword ?? "")]
    let total = try transaction.integer(
      """
      SELECT count(*) FROM csa_users
      WHERE $keyword = '' OR instr(email, lower($keyword)) > 0 OR instr(lower(coalesce(full_name, '')), lower($keyword)) > 0
      """, filter)
    var page = filter
    page.append("limit", .integer(limit))
    page.append("skip", .integer(skip))
    let users = try transaction.query(
      """
      SELECT * FROM csa_users
      WHERE $keyword = '' OR instr(email, lower($keyword)) > 0 OR instr(lower(coalesce(full_name, '')), lower($keyword)) > 0
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """, page, user)
    return (total ?? 0, users)
  }

  /// - Throws: `StorageError.constraint(.unique, …)` if the address is taken.
  static func insert(_ user: User, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_users (id, email, password_hash, role, is_active, token_epoch, phone_number, created_at)
      VALUES ($id, $email, $password_hash, $role, $is_active, $token_epoch, $phone_number, $created_at)
      """,
      [
        "id": .text(user.id), "email": .text(user.email), "password_hash": .optionalText(user.passwordHash), "role": .text(user.role),
        "is_active": .bool(user.isActive), "token_epoch": .integer(user.tokenEpoch), "phone_number": .optionalText(user.phoneNumber),
        "created_at": .integer(user.createdAt),
      ])
  }

  static func update(_ user: User, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_users SET password_hash = $password_hash, role = $role, is_active = $is_active, token_epoch = $token_epoch,
        full_name = $full_name, phone_number = $phone_number, avatar_url = $avatar_url, bio = $bio, updated_at = $updated_at
      WHERE id = $id
      """,
      [
        "id": .text(user.id), "password_hash": .optionalText(user.passwordHash), "role": .text(user.role),
        "is_active": .bool(user.isActive), "token_epoch": .integer(user.tokenEpoch), "full_name": .optionalText(user.fullName),
        "phone_number": .optionalText(user.phoneNumber), "avatar_url": .optionalText(user.avatarURL), "bio": .optionalText(user.bio),
        "updated_at": .optionalInteger(user.updatedAt),
      ])
  }

  private static func user(_ row: borrowing Row) throws -> User {
    User(
      id: try row.text("id"), email: try row.text("email"), passwordHash: try row.optionalText("password_hash"),
      role: try row.text("role"), isActive: try row.bool("is_active"), tokenEpoch: try row.integer("token_epoch"),
      fullName: try row.optionalText("full_name"), phoneNumber: try row.optionalText("phone_number"),
      avatarURL: try row.optionalText("avatar_url"), bio: try row.optionalText("bio"), createdAt: try row.integer("created_at"),
      updatedAt: try row.optionalInteger("updated_at"))
  }
}
