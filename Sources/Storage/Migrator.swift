public import Platform

/// Brings the tables of one application up to date and notes what was done in `weft_migrations`.
public struct Migrator: Sendable {
  public let application: String
  private let migrations: [Migration]
  private let steps: [Step]
  private let time: any TimeSource

  /// What is to be done to the rows of an up-to-date schema before they are used and SQL cannot do, such as filling a search index. Run at
  /// every start, after the migrations, in transactions of its own: after a crash it must go on where it was, and with nothing to do
  /// cost nothing.
  ///
  /// `tell` takes a line for people from time to time, where it takes long.
  public typealias Step = @Sendable (_ database: Database, _ tell: @escaping @Sendable (String) -> Void) async throws -> Void

  /// - Parameters:
  ///   - application: Its table prefix without the underscore, such as `csa`; each application counts for itself.
  ///   - migrations: All of them, numbered from 1 without a gap.
  ///   - steps: What comes after them.
  public init(application: String, migrations: [Migration], steps: [Step] = [], time: any TimeSource = SystemTime()) {
    precondition(migrations.map(\.number) == Array(1..<migrations.count + 1), "migrations are numbered 1, 2, 3 …")
    self.application = application
    self.migrations = migrations
    self.steps = steps
    self.time = time
  }

  /// The number of the newest migration that this program knows.
  public var latest: Int { migrations.count }

  /// Runs what has not run yet, each migration in a transaction of its own.
  ///
  /// - Parameter tell: Takes what the steps have to say.
  /// - Returns: Those that ran now.
  /// - Throws: `StorageError.newerSchema` or `.editedMigration`, before anything is changed; `.migrationFailed`, after
  ///   which the ones before it stay and it has left nothing.
  @discardableResult
  public func migrate(
    _ database: Database, telling tell: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> [Migration] {
    var done: [Migration] = []
    for migration in try await pending(database) {
      // Another process may have been faster; the question and the work stand in one transaction.
      let isDone = try await database.write { transaction in
        guard try check(transaction).contains(where: { $0.number == migration.number }) else { return false }
        try run(migration, transaction)
        return true
      }
      if isDone { done.append(migration) }
    }
    for step in steps { try await step(database, tell) }
    return done
  }

  /// What `migrate` would run.
  public func pending(_ database: Database) async throws -> [Migration] {
    try await database.write { transaction in
      try transaction.execute(
        """
        CREATE TABLE IF NOT EXISTS weft_migrations (
          application TEXT NOT NULL,
          number INTEGER NOT NULL,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at INTEGER NOT NULL,
          PRIMARY KEY (application, number)
        ) STRICT
        """)
      return try check(transaction)
    }
  }

  /// Compares what ran here with what this program knows.
  ///
  /// - Returns: The migrations that have not run.
  private func check(_ transaction: Transaction) throws -> [Migration] {
    let applied = try transaction.query(
      "SELECT number, name, checksum FROM weft_migrations WHERE application = $application ORDER BY number",
      ["application": .text(application)]
    ) { row in (number: Int(try row.integer(0)), name: try row.text(1), checksum: try row.text(2)) }
    if let last = applied.last, last.number > migrations.count {
      throw StorageError.newerSchema(application: application, found: last.number, known: migrations.count)
    }
    for (index, entry) in applied.enumerated() {
      guard entry.number == index + 1, entry.checksum == migrations[index].checksum else {
        throw StorageError.editedMigration(application: application, number: entry.number, name: entry.name)
      }
    }
    return Array(migrations[applied.count...])
  }

  private func run(_ migration: Migration, _ transaction: Transaction) throws {
    do throws(StorageError) {
      try transaction.runScript(migration.sql)
      try transaction.execute(
        """
        INSERT INTO weft_migrations (application, number, name, checksum, applied_at)
        VALUES ($application, $number, $name, $checksum, $applied_at)
        """,
        [
          "application": .text(application), "number": .integer(migration.number), "name": .text(migration.name),
          "checksum": .text(migration.checksum), "applied_at": .integer(time.wallMicroseconds),
        ])
    } catch {
      throw StorageError.migrationFailed(
        application: application, number: migration.number, name: migration.name, reason: "\(error)")
    }
  }
}
