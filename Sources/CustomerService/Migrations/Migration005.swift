import Storage

extension Migration {
  /// The OAuth and OpenID Connect provider. Times are microseconds since 1970, UTC; scopes are names with single spaces between.
  ///
  /// Secrets, codes and tokens are kept as keyed hashes only. A token points to its grant without a foreign key: grants are
  /// forgotten after their tokens, and a look for rows that point to one would read the whole table.
  static let oauth = Migration(
    number: 5, name: "OAuth provider",
    sql: """
      CREATE TABLE csa_signing_keys (
        id TEXT PRIMARY KEY,
        algorithm TEXT NOT NULL CHECK (algorithm IN ('RS256', 'ES256')),
        private_key BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        retires_at INTEGER
      ) STRICT;

      CREATE TABLE csa_oauth_clients (
        id TEXT PRIMARY KEY,
        client_name TEXT NOT NULL,
        secret_digest BLOB,
        redirect_uris TEXT NOT NULL,
        scopes TEXT NOT NULL,
        grant_types TEXT NOT NULL,
        id_token_algorithm TEXT NOT NULL CHECK (id_token_algorithm IN ('RS256', 'ES256')),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_oauth_clients_newest ON csa_oauth_clients (created_at, id);

      CREATE TABLE csa_oauth_consents (
        user_id TEXT NOT NULL REFERENCES csa_users (id) ON DELETE CASCADE,
        client_id TEXT NOT NULL REFERENCES csa_oauth_clients (id),
        scope TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        PRIMARY KEY (user_id, client_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE csa_oauth_grants (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        token_epoch INTEGER NOT NULL,
        scope TEXT NOT NULL,
        auth_time INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        ended_at INTEGER
      ) STRICT;
      CREATE INDEX csa_oauth_grants_of_user ON csa_oauth_grants (user_id, client_id);
      CREATE INDEX csa_oauth_grants_expiry ON csa_oauth_grants (expires_at);

      CREATE TABLE csa_oauth_codes (
        digest BLOB PRIMARY KEY,
        client_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        token_epoch INTEGER NOT NULL,
        redirect_uri TEXT NOT NULL,
        redirect_uri_given INTEGER NOT NULL CHECK (redirect_uri_given IN (0, 1)),
        scope TEXT NOT NULL,
        challenge TEXT,
        nonce TEXT,
        auth_time INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER,
        grant_id TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX csa_oauth_codes_expiry ON csa_oauth_codes (expires_at);

      CREATE TABLE csa_oauth_tokens (
        digest BLOB PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
        client_id TEXT NOT NULL,
        grant_id TEXT,
        scope TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        rotated_at INTEGER,
        successor_salt BLOB
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX csa_oauth_tokens_expiry ON csa_oauth_tokens (expires_at);
      """)
}
