import Storage

extension Migration {
  /// Conversations about tickets instead of replies, files that come with them, how many tickets there are, and a search index. Times are microseconds since
  /// 1970, UTC.
  ///
  /// A ticket gets a number, in the order in which they were opened: the key of its row in the search index, and what the indexes by
  /// time lead to. The question of a ticket is the message that bears the ticket's id. What can be long stands last. `user_id` of `csa_ticket_counts` is '' for everybody's.
  static let ticketMessages = Migration(
    number: 11, name: "ticket messages and search",
    sql: """
      DROP VIEW csa_ticket_rows;

      CREATE TABLE csa_numbered_tickets (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        user_id TEXT NOT NULL REFERENCES csa_users (id),
        status TEXT NOT NULL CHECK (status IN ('pending', 'replied')),
        ticket_type TEXT NOT NULL CHECK (ticket_type IN ('financial', 'technical', 'business')),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        latest_reply_id TEXT,
        title TEXT NOT NULL,
        content TEXT NOT NULL
      ) STRICT;
      INSERT INTO csa_numbered_tickets (id, user_id, status, ticket_type, created_at, updated_at, latest_reply_id, title, content)
        SELECT id, user_id, status, ticket_type, created_at, updated_at, latest_reply_id, title, content
        FROM csa_tickets ORDER BY created_at, id;

      CREATE TABLE csa_ticket_messages (
        id TEXT PRIMARY KEY,
        ticket_id TEXT NOT NULL REFERENCES csa_numbered_tickets (id) ON DELETE CASCADE,
        author_id TEXT NOT NULL REFERENCES csa_users (id),
        from_staff INTEGER NOT NULL CHECK (from_staff IN (0, 1)),
        created_at INTEGER NOT NULL,
        content TEXT NOT NULL
      ) STRICT;
      INSERT INTO csa_ticket_messages (id, ticket_id, author_id, from_staff, created_at, content)
        SELECT id, ticket_id, responder_id, 1, created_at, feedback FROM csa_ticket_replies;

      DROP TABLE csa_ticket_replies;
      DROP TABLE csa_tickets;
      ALTER TABLE csa_numbered_tickets RENAME TO csa_tickets;
      CREATE INDEX csa_tickets_of_user ON csa_tickets (user_id, created_at, id);
      CREATE INDEX csa_tickets_of_user_by_status ON csa_tickets (user_id, status, created_at, id);
      CREATE INDEX csa_tickets_newest ON csa_tickets (created_at, id);
      CREATE INDEX csa_tickets_by_status ON csa_tickets (status, created_at, id);
      CREATE INDEX csa_ticket_messages_of_ticket ON csa_ticket_messages (ticket_id, created_at, id);

      CREATE TABLE csa_ticket_attachments (
        message_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        ticket_id TEXT NOT NULL REFERENCES csa_tickets (id) ON DELETE CASCADE,
        file_id TEXT NOT NULL REFERENCES csa_files (id) ON DELETE CASCADE,
        PRIMARY KEY (message_id, place)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX csa_ticket_attachments_of_ticket ON csa_ticket_attachments (ticket_id);
      CREATE INDEX csa_ticket_attachments_of_file ON csa_ticket_attachments (file_id);

      CREATE TABLE csa_ticket_counts (
        user_id TEXT NOT NULL,
        status TEXT NOT NULL,
        tickets INTEGER NOT NULL,
        PRIMARY KEY (user_id, status)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO csa_ticket_counts (user_id, status, tickets) SELECT user_id, status, count(*) FROM csa_tickets GROUP BY user_id, status;
      INSERT INTO csa_ticket_counts (user_id, status, tickets) SELECT '', status, count(*) FROM csa_tickets GROUP BY status;

      CREATE VIEW csa_ticket_rows AS
        SELECT t.number, t.id, t.user_id, c.email AS creator_email, t.title, t.ticket_type, t.content, t.status, t.created_at, t.updated_at,
          a.email AS responder_email, m.content AS feedback, m.created_at AS replied_at
        FROM csa_tickets t
        JOIN csa_users c ON c.id = t.user_id
        LEFT JOIN csa_ticket_messages m ON m.id = t.latest_reply_id
        LEFT JOIN csa_users a ON a.id = m.author_id;

      CREATE VIRTUAL TABLE csa_ticket_search USING fts5 (tokens, content = '', columnsize = 0, tokenize = 'ascii');
      """)
}
