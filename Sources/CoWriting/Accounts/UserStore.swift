import Storage

/// All SQL about accounts.
enum UserStore {
  /// An account that is not deleted.
  static func user(id: Int64, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM cw_users WHERE id = $id AND deleted_at IS NULL", ["id": .integer(id)], user)
  }

  /// The same, deleted or not: what tokens need to know.
  static func anyUser(id: Int64, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM cw_users WHERE id = $id", ["id": .integer(id)], user)
  }

  /// - Parameter key: Of `User.key(of:)`. A deleted account still has its name.
  static func anyUser(usernameKey key: String, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM cw_users WHERE username_key = $key", ["key": .text(key)], user)
  }

  /// - Parameter email: In lower case. A deleted account still has its address.
  static func anyUser(email: String, _ transaction: ReadTransaction) throws -> User? {
    try transaction.first("SELECT * FROM cw_users WHERE email = $email", ["email": .text(email)], user)
  }

  /// The account that a name or an address signs in to.
  ///
  /// - Parameter login: Of `User.key(of:)`.
  static func anyUser(login: String, _ transaction: ReadTransaction) throws -> User? {
    try anyUser(usernameKey: login, transaction) ?? anyUser(email: login, transaction)
  }

  static func isEmpty(_ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM cw_users)") == 0
  }

  /// The accounts that a query of `cw_users` gives, all columns.
  static func users(_ sql: StaticString, _ transaction: ReadTransaction) throws -> [User] { try transaction.query(sql, [:], user) }

  /// Active administrators other than `id`.
  static func otherAdministrators(than id: Int64, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(
      "SELECT count(*) FROM cw_users WHERE role = 'admin' AND is_active = 1 AND deleted_at IS NULL AND id <> $id", ["id": .integer(id)])
      ?? 0
  }

  /// - Returns: Its id.
  static func insert(_ user: User, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_users (
        username, username_key, email, password_hash, full_name, phone, role, is_active, is_verified, token_epoch, created_at, updated_at)
      VALUES (
        $username, $username_key, $email, $password_hash, $full_name, $phone, $role, $is_active, $is_verified, $token_epoch, $created_at,
        $updated_at)
      RETURNING id
      """,
      [
        "username": .text(user.username), "username_key": .text(User.key(of: user.username)), "email": .text(user.email),
        "password_hash": .text(user.passwordHash), "full_name": .optionalText(user.fullName), "phone": .optionalText(user.phone),
        "role": .text(user.role), "is_active": .bool(user.isActive), "is_verified": .bool(user.isVerified),
        "token_epoch": .integer(user.tokenEpoch), "created_at": .integer(user.createdAt), "updated_at": .integer(user.updatedAt),
      ]) ?? 0
  }

  static func update(_ user: User, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE cw_users SET password_hash = $password_hash, full_name = $full_name, phone = $phone, avatar_url = $avatar_url, role = $role,
        is_active = $is_active, token_epoch = $token_epoch, spared_token_id = $spared_token_id, updated_at = $updated_at, deleted_at = $deleted_at
      WHERE id = $id
      """,
      [
        "id": .integer(user.id), "password_hash": .text(user.passwordHash), "full_name": .optionalText(user.fullName),
        "phone": .optionalText(user.phone), "avatar_url": .optionalText(user.avatarURL), "role": .text(user.role),
        "is_active": .bool(user.isActive), "token_epoch": .integer(user.tokenEpoch), "spared_token_id": .optionalText(user.sparedTokenID),
        "updated_at": .integer(user.updatedAt),
        "deleted_at": .optionalInteger(user.deletedAt),
      ])
  }

  static func setLastLogin(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE cw_users SET last_login_at = $now WHERE id = $id", ["id": .integer(id), "now": .integer(now)])
  }

  static func user(_ row: borrowing Row) throws -> User {
    User(
      id: try row.integer("id"), username: try row.text("username"), email: try row.text("email"),
      passwordHash: try row.text("password_hash"), fullName: try row.optionalText("full_name"), phone: try row.optionalText("phone"),
      avatarURL: try row.optionalText("avatar_url"), role: try row.text("role"), isActive: try row.bool("is_active"),
      isVerified: try row.bool("is_verified"), tokenEpoch: try row.integer("token_epoch"),
      sparedTokenID: try row.optionalText("spared_token_id"), createdAt: try row.integer("created_at"),
      updatedAt: try row.integer("updated_at"), lastLoginAt: try row.optionalInteger("last_login_at"),
      deletedAt: try row.optionalInteger("deleted_at"))
  }
}
