import Storage

extension Migration {
  /// Who is signed in, and who did what. Times are microseconds since 1970, UTC.
  static let signInsAndAudit = Migration(
    number: 2, name: "sign-ins and audit",
    sql: """
      CREATE TABLE csa_sign_ins (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id) ON DELETE CASCADE,
        token_id TEXT NOT NULL UNIQUE,
        means TEXT NOT NULL,
        address TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        ended_at INTEGER
      ) STRICT;
      CREATE INDEX csa_sign_ins_of_user ON csa_sign_ins (user_id, created_at, id);
      CREATE INDEX csa_sign_ins_expiry ON csa_sign_ins (expires_at);

      CREATE TABLE csa_audit (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        actor_id TEXT,
        action TEXT NOT NULL,
        target_id TEXT,
        detail TEXT,
        address TEXT NOT NULL,
        request_id TEXT NOT NULL
      ) STRICT;
      CREATE INDEX csa_audit_newest ON csa_audit (at, id);
      CREATE INDEX csa_audit_of_actor ON csa_audit (actor_id, at, id);
      CREATE INDEX csa_audit_of_target ON csa_audit (target_id, at, id);
      """)
}
