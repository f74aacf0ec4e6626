import Identity
import Storage

/// All SQL about passkeys and about who has switched them off.
enum PasskeyStore {
  static func passkey(id: String, _ transaction: ReadTransaction) throws -> Passkey? {
    try transaction.first("SELECT * FROM csa_passkeys WHERE id = $id", ["id": .text(id)], passkey)
  }

  static func passkey(credentialID: [UInt8], _ transaction: ReadTransaction) throws -> Passkey? {
    try transaction.first(
      "SELECT * FROM csa_passkeys WHERE credential_id = $credential_id", ["credential_id": .blob(credentialID)], passkey)
  }

  /// A user's, newest first.
  static func passkeys(of userID: String, _ transaction: ReadTransaction) throws -> [Passkey] {
    try transaction.query(
      "SELECT * FROM csa_passkeys WHERE user_id = $user_id ORDER BY created_at DESC, id DESC", ["user_id": .text(userID)], passkey)
  }

  static func count(of userID: String, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT count(*) FROM csa_passkeys WHERE user_id = $user_id", ["user_id": .text(userID)]) ?? 0
  }

  /// - Returns: False if somebody has a passkey of that credential id.
  static func insert(_ passkey: Passkey, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      """
      INSERT INTO csa_passkeys (id, user_id, credential_id, public_key, sign_count, is_user_verified, is_backup_eligible, is_backed_up,
        transports, model_id, nickname, is_primary, created_at, last_used_at)
      VALUES ($id, $user_id, $credential_id, $public_key, $sign_count, $is_user_verified, $is_backup_eligible, $is_backed_up,
        $transports, $model_id, $nickname, $is_primary, $created_at, $last_used_at)
      ON CONFLICT (credential_id) DO NOTHING
      """,
      [
        "id": .text(passkey.id), "user_id": .text(passkey.userID), "credential_id": .blob(passkey.credentialID),
        "public_key": .blob(passkey.publicKey), "sign_count": .integer(passkey.signCount),
        "is_user_verified": .bool(passkey.isUserVerified),
        "is_backup_eligible": .bool(passkey.isBackupEligible), "is_backed_up": .bool(passkey.isBackedUp),
        "transports": .text(passkey.transports.joined(separator: " ")), "model_id": .blob(passkey.modelID),
        "nickname": .optionalText(passkey.nickname), "is_primary": .bool(passkey.isPrimary), "created_at": .integer(passkey.createdAt),
        "last_used_at": .optionalInteger(passkey.lastUsedAt),
      ]) == 1
  }

  /// What a use is judged by: the count so far, and whether passkeys sign its owner in; nil if there is no such passkey.
  static func state(of id: String, _ transaction: ReadTransaction) throws -> (signCount: UInt32, isOn: Bool)? {
    try transaction.first(
      """
      SELECT sign_count, NOT EXISTS (SELECT 1 FROM csa_passkeys_off o WHERE o.user_id = p.user_id) FROM csa_passkeys p WHERE id = $id
      """, ["id": .text(id)]
    ) { row in (UInt32(truncatingIfNeeded: try row.integer(0)), try row.bool(1)) }
  }

  /// Stores what a use has changed (Web Authentication, section 7.2, step 16).
  static func record(_ use: PasskeyUse, of id: String, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_passkeys SET sign_count = $sign_count, is_user_verified = is_user_verified OR $is_user_verified,
        is_backed_up = $is_backed_up, last_used_at = $last_used_at WHERE id = $id
      """,
      [
        "id": .text(id), "sign_count": .integer(Int64(use.signCount)), "is_user_verified": .bool(use.isUserVerified),
        "is_backed_up": .bool(use.isBackedUp), "last_used_at": .integer(now),
      ])
  }

  static func rename(_ id: String, _ nickname: String, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE csa_passkeys SET nickname = $nickname WHERE id = $id", ["id": .text(id), "nickname": .text(nickname)])
  }

  /// Makes one of a user's the primary one, and no other.
  static func setPrimary(_ id: String, of userID: String, _ transaction: Transaction) throws {
    // The index allows one at a time, also in between.
    try transaction.execute(
      "UPDATE csa_passkeys SET is_primary = 0 WHERE user_id = $user_id AND is_primary = 1", ["user_id": .text(userID)])
    try transaction.execute("UPDATE csa_passkeys SET is_primary = 1 WHERE id = $id", ["id": .text(id)])
  }

  static func delete(_ id: String, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_passkeys WHERE id = $id", ["id": .text(id)])
  }

  /// Whether passkeys sign a user in.
  static func isOn(for userID: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer("SELECT EXISTS (SELECT 1 FROM csa_passkeys_off WHERE user_id = $user_id)", ["user_id": .text(userID)]) == 0
  }

  static func set(on: Bool, for userID: String, _ transaction: Transaction) throws {
    if on {
      try transaction.execute("DELETE FROM csa_passkeys_off WHERE user_id = $user_id", ["user_id": .text(userID)])
    } else {
      try transaction.execute(
        "INSERT INTO csa_passkeys_off (user_id) VALUES ($user_id) ON CONFLICT (user_id) DO NOTHING", ["user_id": .text(userID)])
    }
  }

  private static func passkey(_ row: borrowing Row) throws -> Passkey {
    Passkey(
      id: try row.text("id"), userID: try row.text("user_id"), credentialID: try row.blob("credential_id"),
      publicKey: try row.blob("public_key"), signCount: try row.integer("sign_count"), isUserVerified: try row.bool("is_user_verified"),
      isBackupEligible: try row.bool("is_backup_eligible"), isBackedUp: try row.bool("is_backed_up"),
      transports: try row.text("transports").split(separator: " ").map(String.init), modelID: try row.blob("model_id"),
      nickname: try row.optionalText("nickname"), isPrimary: try row.bool("is_primary"), createdAt: try row.integer("created_at"),
      lastUsedAt: try row.optionalInteger("last_used_at"))
  }
}
