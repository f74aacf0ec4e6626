import Storage

extension Migration {
  /// Accounts, codes, tickets and replies. Times are microseconds since 1970, UTC.
  static let first = Migration(
    number: 1, name: "accounts and tickets",
    sql: """
      CREATE TABLE csa_users (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        password_hash TEXT,
        role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        token_epoch INTEGER NOT NULL DEFAULT 0,
        full_name TEXT,
        phone_number TEXT,
        avatar_url TEXT,
        bio TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER
      ) STRICT;
      CREATE INDEX csa_users_newest ON csa_users (created_at, id);

      CREATE TABLE csa_codes (
        channel TEXT NOT NULL,
        address TEXT NOT NULL,
        purpose TEXT NOT NULL,
        digest BLOB NOT NULL,
        expires_at INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        PRIMARY KEY (channel, address, purpose)
      ) STRICT;
      CREATE INDEX csa_codes_expiry ON csa_codes (expires_at);

      CREATE TABLE csa_tickets (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id),
        title TEXT NOT NULL,
        ticket_type TEXT NOT NULL CHECK (ticket_type IN ('financial', 'technical', 'business')),
        content TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'replied')),
        latest_reply_id TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER
      ) STRICT;
      CREATE INDEX csa_tickets_of_user ON csa_tickets (user_id, created_at, id);
      CREATE INDEX csa_tickets_of_user_by_status ON csa_tickets (user_id, status, created_at, id);
      CREATE INDEX csa_tickets_newest ON csa_tickets (created_at, id);
      CREATE INDEX csa_tickets_by_status ON csa_tickets (status, created_at, id);

      CREATE TABLE csa_ticket_replies (
        id TEXT PRIMARY KEY,
        ticket_id TEXT NOT NULL REFERENCES csa_tickets (id) ON DELETE CASCADE,
        responder_id TEXT NOT NULL REFERENCES csa_users (id),
        feedback TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_ticket_replies_of_ticket ON csa_ticket_replies (ticket_id, created_at, id);

      CREATE VIEW csa_ticket_rows AS
        SELECT t.id, t.user_id, c.email AS creator_email, t.title, t.ticket_type, t.content, t.status, t.created_at, t.updated_at,
          a.email AS responder_email, r.feedback, r.created_at AS replied_at
        FROM csa_tickets t
        JOIN csa_users c ON c.id = t.user_id
        LEFT JOIN csa_ticket_replies r ON r.id = t.latest_reply_id
        LEFT JOIN csa_users a ON a.id = r.responder_id;
      """)
}
