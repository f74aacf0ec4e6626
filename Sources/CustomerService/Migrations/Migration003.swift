import Storage

extension Migration {
  /// Which tokens no longer hold as they say, for the processes that did not make the change. Times are microseconds since 1970, UTC;
  /// `expires_at` is the token's own, in seconds.
  static let validityChanges = Migration(
    number: 3, name: "validity changes",
    sql: """
      CREATE TABLE csa_validity_changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id TEXT,
        token_id TEXT,
        expires_at INTEGER,
        changed_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_validity_changes_of_user ON csa_validity_changes (user_id);
      CREATE INDEX csa_validity_changes_expiry ON csa_validity_changes (changed_at);
      INSERT INTO csa_validity_changes (user_id, changed_at)
        SELECT id, coalesce(updated_at, created_at) FROM csa_users WHERE token_epoch > 0;

      ALTER TABLE csa_sign_ins ADD COLUMN user_agent TEXT;
      """)
}
