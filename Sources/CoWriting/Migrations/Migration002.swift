import Jobs
import Storage

extension Migration {
  /// Generated texts, exports, and the jobs that make them. Times are microseconds since 1970, UTC.
  static let second = Migration(
    number: 2, name: "generated texts and exports",
    sql: """
      CREATE TABLE cw_generation_templates (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        description TEXT,
        prompt TEXT NOT NULL,
        config TEXT NOT NULL,
        category TEXT,
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE cw_generations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES cw_users (id),
        document_id INTEGER NOT NULL REFERENCES cw_documents (id),
        status TEXT NOT NULL CHECK (status IN ('processing', 'completed', 'failed', 'cancelled')),
        prompt TEXT NOT NULL,
        context TEXT,
        section TEXT,
        template_id INTEGER REFERENCES cw_generation_templates (id),
        config TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        model TEXT,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        finish_reason TEXT,
        error_message TEXT,
        applied_version INTEGER,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        completed_at INTEGER,
        text TEXT NOT NULL
      ) STRICT;
      CREATE INDEX cw_generations_of_user ON cw_generations (user_id, created_at, id);
      CREATE INDEX cw_generations_of_document ON cw_generations (document_id, created_at, id);
      CREATE INDEX cw_generations_newest ON cw_generations (created_at, id);

      -- What a text under way has so far, piece by piece; gone once it has ended.
      CREATE TABLE cw_generation_pieces (
        generation_id INTEGER NOT NULL REFERENCES cw_generations (id),
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (generation_id, position)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE cw_export_templates (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        description TEXT,
        format TEXT NOT NULL,
        options TEXT NOT NULL,
        is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX cw_export_templates_default ON cw_export_templates (format) WHERE is_default = 1;

      -- `written_key` is of the object that a job is writing; `file_key` of the one that is the export's.
      CREATE TABLE cw_exports (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES cw_users (id),
        document_id INTEGER NOT NULL REFERENCES cw_documents (id),
        title TEXT NOT NULL,
        version_number INTEGER NOT NULL,
        format TEXT NOT NULL,
        options TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('processing', 'completed', 'failed', 'cancelled')),
        progress INTEGER NOT NULL,
        written_key TEXT,
        file_key TEXT UNIQUE,
        file_name TEXT,
        file_size INTEGER,
        sha256 BLOB,
        error_message TEXT,
        created_at INTEGER NOT NULL,
        completed_at INTEGER
      ) STRICT;
      CREATE INDEX cw_exports_of_user ON cw_exports (user_id, created_at, id);
      CREATE INDEX cw_exports_of_document ON cw_exports (document_id, created_at, id);
      CREATE INDEX cw_exports_newest ON cw_exports (created_at, id);

      CREATE TRIGGER cw_generations_made AFTER INSERT ON cw_generations BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('generations', 0, 1), ('generations', new.user_id, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;

      CREATE TRIGGER cw_exports_made AFTER INSERT ON cw_exports BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('exports', 0, 1), ('exports', new.user_id, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;

      -- Images of documents that are not deleted.
      CREATE TABLE cw_document_images (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES cw_documents (id),
        created_by INTEGER NOT NULL REFERENCES cw_users (id),
        file_name TEXT NOT NULL,
        content_type TEXT NOT NULL,
        file_key TEXT NOT NULL UNIQUE,
        file_size INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX cw_document_images_of_document ON cw_document_images (document_id, created_at, id);

      -- Objects of the blob store that belong to nothing: to be deleted, or, until a lease ends, being written.
      CREATE TABLE cw_unwanted_blobs (
        key TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL
      ) STRICT;

      CREATE TRIGGER cw_document_images_gone AFTER DELETE ON cw_document_images BEGIN
        INSERT INTO cw_unwanted_blobs (key, created_at, lease_until) VALUES (old.file_key, old.created_at, 0);
      END;
      CREATE TRIGGER cw_documents_lose_images AFTER UPDATE OF deleted_at ON cw_documents WHEN new.deleted_at IS NOT NULL BEGIN
        DELETE FROM cw_document_images WHERE document_id = new.id;
      END;
      """ + JobSchema.tables)
}
