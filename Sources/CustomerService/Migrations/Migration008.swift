import Storage

extension Migration {
  /// Business accounts, contracts and projects. Times are microseconds since 1970, UTC.
  ///
  /// What can be long stands last in its table: SQLite reads the columns before it without the pages that it spills onto.
  static let business = Migration(
    number: 8, name: "business accounts, contracts and projects",
    sql: """
      CREATE TABLE csa_business_accounts (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE REFERENCES csa_users (id),
        status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'disabled')),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        assigned_email TEXT,
        user_code TEXT,
        company_name TEXT,
        tax_number TEXT,
        contact_person_name TEXT,
        contact_phone TEXT,
        communication_address TEXT,
        certification_info TEXT
      ) STRICT;
      CREATE INDEX csa_business_accounts_newest ON csa_business_accounts (created_at, id);
      CREATE INDEX csa_business_accounts_by_status ON csa_business_accounts (status, created_at, id);

      CREATE TABLE csa_contracts (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id),
        is_signed INTEGER NOT NULL CHECK (is_signed IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        title TEXT NOT NULL,
        content_markdown TEXT NOT NULL
      ) STRICT;
      CREATE INDEX csa_contracts_of_user ON csa_contracts (user_id, created_at, id);
      CREATE INDEX csa_contracts_newest ON csa_contracts (created_at, id, user_id);

      CREATE TABLE csa_projects (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES csa_users (id),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        name TEXT NOT NULL,
        description TEXT,
        overview_markdown TEXT NOT NULL
      ) STRICT;
      CREATE INDEX csa_projects_of_user ON csa_projects (user_id, created_at, id);
      CREATE INDEX csa_projects_newest ON csa_projects (created_at, id, user_id);

      CREATE TABLE csa_project_links (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES csa_projects (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        description TEXT
      ) STRICT;
      CREATE INDEX csa_project_links_of_project ON csa_project_links (project_id, created_at, id);

      CREATE TABLE csa_project_tasks (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES csa_projects (id) ON DELETE CASCADE,
        status TEXT NOT NULL CHECK (status IN ('pending', 'completed')),
        created_at INTEGER NOT NULL,
        updated_at INTEGER,
        title TEXT NOT NULL,
        description TEXT
      ) STRICT;
      CREATE INDEX csa_project_tasks_of_project ON csa_project_tasks (project_id, created_at, id);
      CREATE INDEX csa_project_tasks_by_status ON csa_project_tasks (project_id, status, created_at, id);
      """)
}
