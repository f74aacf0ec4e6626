import Storage

extension Migration {
  /// Messages of the contact form, and a short way to the administrators who are told of them. Times are microseconds since 1970, UTC.
  static let contacts = Migration(
    number: 10, name: "contact form",
    sql: """
      CREATE TABLE csa_contacts (
        id TEXT PRIMARY KEY,
        is_processed INTEGER NOT NULL CHECK (is_processed IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        name TEXT NOT NULL,
        email TEXT NOT NULL,
        message TEXT NOT NULL,
        admin_notes TEXT
      ) STRICT;
      CREATE INDEX csa_contacts_newest ON csa_contacts (created_at, id);
      CREATE INDEX csa_contacts_by_processed ON csa_contacts (is_processed, created_at, id);

      CREATE INDEX csa_users_administrators ON csa_users (created_at, id) WHERE role = 'admin' AND is_active = 1;
      """)
}
