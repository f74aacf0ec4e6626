import Storage

extension Migration {
  /// Numbers that sign in, when they were last sent a message, and application keys. Times are microseconds since 1970, UTC.
  static let phonesAndKeys = Migration(
    number: 4, name: "telephone numbers and application keys",
    sql: """
      CREATE TABLE csa_phones (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE REFERENCES csa_users (id) ON DELETE CASCADE,
        phone_number TEXT NOT NULL UNIQUE,
        is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER
      ) STRICT;

      CREATE TABLE csa_text_messages (
        phone_number TEXT PRIMARY KEY,
        sent_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_text_messages_age ON csa_text_messages (sent_at);

      CREATE TABLE csa_application_keys (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE REFERENCES csa_users (id) ON DELETE CASCADE,
        digest BLOB NOT NULL UNIQUE,
        ending TEXT NOT NULL,
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        last_used_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER
      ) STRICT;
      """)
}
