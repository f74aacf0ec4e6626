internal import Platform

/// Why the database did not do what was asked.
public enum StorageError: Error, Sendable, Equatable {
  public enum Constraint: Sendable, Equatable {
    case unique, foreignKey, notNull, check, type, other
  }

  /// A rule of the table refused the row; `detail` names the columns as SQLite does, such as `csa_users.email`.
  case constraint(Constraint, detail: String)
  /// The disk or the database's own limit is full.
  case full
  /// Another process held the lock for longer than the busy timeout.
  case busy
  case corrupt(String)
  case io(String)
  /// The queue in front of the database is full.
  case overloaded(retryAfter: Duration)
  /// What was read is more than the process has room for now.
  case noRoom
  /// The caller's deadline passed while it was waiting for its turn.
  case deadline
  /// The caller took its work back while it was waiting.
  case cancelled
  /// A read ran beyond its limit and was broken off.
  case timeLimit
  /// `close` was called.
  case closed
  /// Another process uses the data directory.
  case inUse(path: String)
  case cannotOpen(path: String, reason: String)
  /// The database was migrated by a newer program than this one.
  case newerSchema(application: String, found: Int, known: Int)
  /// A migration that has run here reads differently in this program.
  case editedMigration(application: String, number: Int, name: String)
  case migrationFailed(application: String, number: Int, name: String, reason: String)
  /// A column holds something else than the caller reads.
  case column(name: String, expected: String, found: String)
  /// Anything else: usually a mistake in the SQL.
  case statement(code: Int32, message: String)
}

extension StorageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constraint(let kind, let detail): "constraint (\(kind)) refused the row: \(detail)"
    case .full: "the database or its disk is full"
    case .busy: "another process holds the database's lock"
    case .corrupt(let message): "the database is damaged: \(message)"
    case .io(let message): "the database's disk failed: \(message)"
    case .overloaded(let retryAfter): "too many calls wait for the database; try again in \(retryAfter.secondsRoundedUp) s"
    case .noRoom: "answers under way leave no room for what was read"
    case .deadline: "the deadline passed while waiting for the database"
    case .cancelled: "the call was cancelled while waiting for the database"
    case .timeLimit: "the read took too long and was broken off"
    case .closed: "the database is closed"
    case .inUse(let path): "\(path) is in use by another process"
    case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
    case .newerSchema(let application, let found, let known):
      "the database's schema of '\(application)' is version \(found), this program knows version \(known): use a newer program"
    case .editedMigration(let application, let number, let name):
      "migration \(number) (\(name)) of '\(application)' differs from the one that made this database: a released migration is never edited"
    case .migrationFailed(let application, let number, let name, let reason):
      "migration \(number) (\(name)) of '\(application)' failed: \(reason)"
    case .column(let name, let expected, let found): "column \(name) holds \(found), not \(expected)"
    case .statement(let code, let message): "SQL error \(code): \(message)"
    }
  }
}
