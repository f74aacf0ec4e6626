public import Storage

/// The tables of this module, brought up to date beside the applications'.
public enum DeliverySchema {
  /// In order; released ones are never edited.
  public static let migrator = Migrator(application: "delivery", migrations: [.mail])
}

extension Migration {
  /// The mail queue. Times are microseconds since 1970, UTC.
  fileprivate static let mail = Migration(
    number: 1, name: "mail queue",
    sql: """
      CREATE TABLE weft_mail (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
        recipient TEXT NOT NULL,
        purpose TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        code TEXT,
        created_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL,
        lease_holder TEXT NOT NULL,
        fence INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        last_error TEXT
      ) STRICT;
      CREATE INDEX weft_mail_due ON weft_mail (due_at, id) WHERE state = 'waiting';
      CREATE INDEX weft_mail_failed ON weft_mail (created_at) WHERE state = 'failed';
      """)
}
