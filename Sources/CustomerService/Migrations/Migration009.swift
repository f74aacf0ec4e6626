import Storage

extension Migration {
  /// Files: what users upload and what is put into projects, and which objects of the blob store belong to no file (yet, or any more).
  /// Times are microseconds since 1970, UTC.
  static let files = Migration(
    number: 9, name: "files",
    sql: """
      CREATE TABLE csa_files (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id),
        project_id TEXT REFERENCES csa_projects (id),
        filename TEXT NOT NULL,
        file_size INTEGER NOT NULL,
        content_type TEXT NOT NULL,
        tag TEXT,
        oss_key TEXT NOT NULL UNIQUE,
        sha256 BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER
      ) STRICT;
      CREATE INDEX csa_files_of_project ON csa_files (project_id, created_at, id) WHERE project_id IS NOT NULL;
      CREATE TABLE csa_pending_blobs (
        key TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX csa_pending_blobs_lease ON csa_pending_blobs (lease_until, key);
      """)
}
