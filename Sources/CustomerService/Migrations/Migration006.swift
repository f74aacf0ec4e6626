import Storage

extension Migration {
  /// Passkeys, who has switched them off, and which challenges were used. Times are microseconds since 1970, UTC.
  static let passkeys = Migration(
    number: 6, name: "passkeys",
    sql: """
      CREATE TABLE csa_passkeys (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id) ON DELETE CASCADE,
        credential_id BLOB NOT NULL UNIQUE,
        public_key BLOB NOT NULL,
        sign_count INTEGER NOT NULL,
        is_user_verified INTEGER NOT NULL CHECK (is_user_verified IN (0, 1)),
        is_backup_eligible INTEGER NOT NULL CHECK (is_backup_eligible IN (0, 1)),
        is_backed_up INTEGER NOT NULL CHECK (is_backed_up IN (0, 1)),
        transports TEXT NOT NULL,
        model_id BLOB NOT NULL,
        nickname TEXT,
        is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
        created_at INTEGER NOT NULL,
        last_used_at INTEGER
      ) STRICT;
      CREATE INDEX csa_passkeys_of_user ON csa_passkeys (user_id, created_at, id);
      CREATE UNIQUE INDEX csa_passkeys_primary ON csa_passkeys (user_id) WHERE is_primary = 1;

      CREATE TABLE csa_passkeys_off (
        user_id TEXT PRIMARY KEY REFERENCES csa_users (id) ON DELETE CASCADE
      ) STRICT;

      CREATE TABLE csa_used_challenges (
        expires_at INTEGER NOT NULL,
        id BLOB NOT NULL,
        PRIMARY KEY (expires_at, id)
      ) STRICT, WITHOUT ROWID;
      """)
}
