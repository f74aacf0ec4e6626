/// The table of jobs, for the migration of the application that has them.
public enum JobSchema {
  /// Version 1. A migration that was released holds this text: a change is a further constant.
  ///
  /// A row is there from the request to the end of its job. It waits while `lease_until` is in the past, and is run by `lease_holder`
  /// until then. AUTOINCREMENT, because a lease of a job that is gone must not fit a new one. Times are microseconds since 1970.
  public static let tables = """
    CREATE TABLE cw_jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      reference INTEGER NOT NULL,
      owner INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      run_after INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      lease_until INTEGER NOT NULL,
      lease_holder TEXT NOT NULL,
      fence INTEGER NOT NULL,
      is_cancelled INTEGER NOT NULL CHECK (is_cancelled IN (0, 1)),
      last_error TEXT,
      UNIQUE (kind, reference)
    ) STRICT;
    CREATE INDEX cw_jobs_order ON cw_jobs (kind, owner, run_after, id);
    CREATE INDEX cw_jobs_leases ON cw_jobs (kind, lease_until, owner) WHERE lease_until > 0;
    CREATE INDEX cw_jobs_held ON cw_jobs (lease_holder) WHERE lease_until > 0;
    """
}
