import Storage

extension Migration {
  /// Accounts, companies, projects and documents. Times are microseconds since 1970, UTC; what has a `deleted_at` is deleted.
  ///
  /// Indexes of what is not deleted have the column of their condition too: without it SQLite reads the row behind each entry for it, and a
  /// count would go through the table.
  static let first = Migration(
    number: 1, name: "accounts, companies, projects and documents",
    sql: """
      CREATE TABLE cw_users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        username TEXT NOT NULL,
        username_key TEXT NOT NULL UNIQUE,
        email TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL,
        full_name TEXT,
        phone TEXT,
        avatar_url TEXT,
        role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
        token_epoch INTEGER NOT NULL DEFAULT 0,
        spared_token_id TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_login_at INTEGER,
        deleted_at INTEGER
      ) STRICT;
      CREATE INDEX cw_users_newest ON cw_users (created_at, id, deleted_at) WHERE deleted_at IS NULL;

      CREATE TABLE cw_preferences (
        user_id INTEGER PRIMARY KEY REFERENCES cw_users (id),
        theme TEXT,
        language TEXT,
        timezone TEXT,
        email_notifications INTEGER CHECK (email_notifications IN (0, 1)),
        push_notifications INTEGER CHECK (push_notifications IN (0, 1)),
        auto_save INTEGER CHECK (auto_save IN (0, 1)),
        default_document_format TEXT,
        default_export_format TEXT
      ) STRICT;

      CREATE TABLE cw_validity_changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER,
        token_id TEXT UNIQUE,
        expires_at INTEGER,
        changed_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX cw_validity_changes_of_user ON cw_validity_changes (user_id) WHERE user_id IS NOT NULL;
      CREATE INDEX cw_validity_changes_age ON cw_validity_changes (changed_at) WHERE user_id IS NOT NULL;
      CREATE INDEX cw_validity_changes_expiry ON cw_validity_changes (expires_at) WHERE expires_at IS NOT NULL;

      CREATE TABLE cw_companies (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES cw_users (id),
        name TEXT NOT NULL,
        unified_social_credit_code TEXT,
        legal_representative TEXT,
        contact_phone TEXT,
        contact_email TEXT,
        address TEXT,
        industry TEXT,
        business_scope TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        deleted_at INTEGER
      ) STRICT;
      -- Codes that differ in case only are one.
      CREATE UNIQUE INDEX cw_companies_code ON cw_companies (user_id, upper(unified_social_credit_code))
        WHERE deleted_at IS NULL AND unified_social_credit_code IS NOT NULL;
      CREATE INDEX cw_companies_of_user ON cw_companies (user_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_companies_newest ON cw_companies (created_at, id, deleted_at) WHERE deleted_at IS NULL;

      CREATE TABLE cw_contacts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        company_id INTEGER NOT NULL REFERENCES cw_companies (id),
        name TEXT NOT NULL,
        position TEXT,
        phone TEXT,
        email TEXT,
        department TEXT,
        is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
        is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
        notes TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        deleted_at INTEGER
      ) STRICT;
      CREATE UNIQUE INDEX cw_contacts_primary ON cw_contacts (company_id) WHERE is_primary = 1 AND deleted_at IS NULL;
      CREATE INDEX cw_contacts_of_company ON cw_contacts (company_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;

      -- What may be long comes last: what is before it is read without it.
      CREATE TABLE cw_projects (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES cw_users (id),
        company_id INTEGER REFERENCES cw_companies (id),
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        status TEXT NOT NULL,
        description TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        completed_at INTEGER,
        deleted_at INTEGER,
        metadata TEXT NOT NULL
      ) STRICT;
      CREATE INDEX cw_projects_of_user ON cw_projects (user_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_projects_of_company ON cw_projects (company_id, status, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_projects_newest ON cw_projects (created_at, id, deleted_at) WHERE deleted_at IS NULL;

      CREATE TABLE cw_forms (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES cw_projects (id),
        form_type TEXT NOT NULL,
        fields_count INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        deleted_at INTEGER,
        form_data TEXT NOT NULL
      ) STRICT;
      CREATE INDEX cw_forms_of_project ON cw_forms (project_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;

      -- What a document says is what its latest version says. `user_id` is its project's, which never changes. `created_at` is never less
      -- than that of an earlier id. `in_search`: whether the search index has it; deleted with its project, it stays there for a while.
      CREATE TABLE cw_documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES cw_users (id),
        project_id INTEGER NOT NULL REFERENCES cw_projects (id),
        title TEXT NOT NULL,
        format TEXT NOT NULL,
        status TEXT NOT NULL,
        metadata TEXT NOT NULL,
        revision INTEGER NOT NULL,
        versions_count INTEGER NOT NULL,
        in_search INTEGER NOT NULL DEFAULT 0 CHECK (in_search IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        deleted_at INTEGER
      ) STRICT;
      CREATE INDEX cw_documents_of_user ON cw_documents (user_id, created_at, id, status, format, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_documents_of_project ON cw_documents (project_id, status, created_at, id, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_documents_by_project ON cw_documents (project_id, created_at, id, status, format, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_documents_newest ON cw_documents (created_at, id, status, format, deleted_at) WHERE deleted_at IS NULL;
      CREATE INDEX cw_documents_leaving_search ON cw_documents (user_id, project_id, deleted_at) WHERE in_search = 1 AND deleted_at IS NOT NULL;

      CREATE TABLE cw_document_versions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES cw_documents (id),
        version_number INTEGER NOT NULL,
        created_by INTEGER NOT NULL REFERENCES cw_users (id),
        created_at INTEGER NOT NULL,
        content_bytes INTEGER NOT NULL,
        changes_summary TEXT NOT NULL,
        content TEXT NOT NULL,
        UNIQUE (document_id, version_number)
      ) STRICT;

      CREATE VIRTUAL TABLE cw_document_search USING fts5 (tokens, content = '', columnsize = 0, tokenize = 'ascii');

      -- How many rows there are that are not deleted, of each owner, and under 0 of all: a list's total without counting. Kept by triggers,
      -- so that nobody can forget it.
      CREATE TABLE cw_counts (
        kind TEXT NOT NULL,
        owner_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (kind, owner_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TRIGGER cw_users_made AFTER INSERT ON cw_users WHEN new.deleted_at IS NULL BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('users', 0, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;
      CREATE TRIGGER cw_users_deleted AFTER UPDATE OF deleted_at ON cw_users WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
        UPDATE cw_counts SET number = number + CASE WHEN new.deleted_at IS NULL THEN 1 ELSE -1 END
        WHERE kind = 'users' AND owner_id = 0;
      END;
      CREATE TRIGGER cw_users_gone AFTER DELETE ON cw_users WHEN old.deleted_at IS NULL BEGIN
        UPDATE cw_counts SET number = number - 1 WHERE kind = 'users' AND owner_id = 0;
      END;

      CREATE TRIGGER cw_companies_made AFTER INSERT ON cw_companies WHEN new.deleted_at IS NULL BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('companies', 0, 1), ('companies', new.user_id, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;
      CREATE TRIGGER cw_companies_deleted AFTER UPDATE OF deleted_at ON cw_companies WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
        UPDATE cw_counts SET number = number + CASE WHEN new.deleted_at IS NULL THEN 1 ELSE -1 END
        WHERE kind = 'companies' AND owner_id IN (0, new.user_id);
      END;
      CREATE TRIGGER cw_companies_gone AFTER DELETE ON cw_companies WHEN old.deleted_at IS NULL BEGIN
        UPDATE cw_counts SET number = number - 1 WHERE kind = 'companies' AND owner_id IN (0, old.user_id);
      END;

      CREATE TRIGGER cw_projects_made AFTER INSERT ON cw_projects WHEN new.deleted_at IS NULL BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('projects', 0, 1), ('projects', new.user_id, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;
      CREATE TRIGGER cw_projects_deleted AFTER UPDATE OF deleted_at ON cw_projects WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
        UPDATE cw_counts SET number = number + CASE WHEN new.deleted_at IS NULL THEN 1 ELSE -1 END
        WHERE kind = 'projects' AND owner_id IN (0, new.user_id);
      END;
      CREATE TRIGGER cw_projects_gone AFTER DELETE ON cw_projects WHEN old.deleted_at IS NULL BEGIN
        UPDATE cw_counts SET number = number - 1 WHERE kind = 'projects' AND owner_id IN (0, old.user_id);
      END;

      CREATE TRIGGER cw_documents_made AFTER INSERT ON cw_documents WHEN new.deleted_at IS NULL BEGIN
        INSERT INTO cw_counts (kind, owner_id, number) VALUES ('documents', 0, 1), ('documents', new.user_id, 1)
        ON CONFLICT (kind, owner_id) DO UPDATE SET number = number + 1;
      END;
      CREATE TRIGGER cw_documents_deleted AFTER UPDATE OF deleted_at ON cw_documents WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
        UPDATE cw_counts SET number = number + CASE WHEN new.deleted_at IS NULL THEN 1 ELSE -1 END
        WHERE kind = 'documents' AND owner_id IN (0, new.user_id);
      END;
      CREATE TRIGGER cw_documents_gone AFTER DELETE ON cw_documents WHEN old.deleted_at IS NULL BEGIN
        UPDATE cw_counts SET number = number - 1 WHERE kind = 'documents' AND owner_id IN (0, old.user_id);
      END;
      """)
}
