import Storage

extension Migration {
  /// Who is signed in with a browser at the OAuth pages. Times are microseconds since 1970, UTC.
  static let browserSessions = Migration(
    number: 7, name: "browser sessions",
    sql: """
      CREATE TABLE csa_browser_sessions (
        digest BLOB PRIMARY KEY,
        sign_in_id TEXT NOT NULL UNIQUE REFERENCES csa_sign_ins (id) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES csa_users (id) ON DELETE CASCADE,
        token_epoch INTEGER NOT NULL,
        means TEXT NOT NULL,
        auth_time INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_browser_sessions_of_user ON csa_browser_sessions (user_id);
      CREATE INDEX csa_browser_sessions_expiry ON csa_browser_sessions (expires_at);
      """)
}
