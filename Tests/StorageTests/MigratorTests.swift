import Platform
import Storage
import Synchronization
import Testing

@Suite struct MigratorTests {
  static let one = Migration(number: 1, name: "make a", sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);")
  static let two = Migration(number: 2, name: "make b", sql: "CREATE TABLE b (x INTEGER) STRICT;")

  static func with(_ body: (Database) async throws -> Void) async throws {
    try await TestDatabase.withDirectory { directory in
      let database = try Database.open(path: directory + "/test.db")
      do {
        try await body(database)
      } catch {
        await database.close()
        throw error
      }
      await database.close()
    }
  }

  /// The numbers of the migrations that ran now.
  static func migrate(_ migrations: [Migration], _ database: Database) async throws -> [Int] {
    try await Migrator(application: "csa", migrations: migrations).migrate(database).map(\.number)
  }

  static func tables(_ database: Database) async throws -> [String] {
    try await database.read {
      try $0.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'weft%' ORDER BY name") { row in
        try row.text(0)
      }
    }
  }

  @Test func runsWhatIsPendingOnceInOrder() async throws {
    try await Self.with { (database: Database) async throws in
      #expect(try await Self.migrate([Self.one], database) == [1])
      let both = Migrator(application: "csa", migrations: [Self.one, Self.two])
      #expect(try await both.pending(database).first?.number == 2)
      #expect(try await Self.migrate([Self.one, Self.two], database) == [2])
      #expect(try await Self.migrate([Self.one, Self.two], database) == [])
      #expect(try await Self.tables(database) == ["a", "b"])
    }
  }

  @Test func notesWhenAndWhat() async throws {
    try await Self.with { (database: Database) async throws in
      let time = ManualTime(wallMicroseconds: 1_704_067_200_000_000)
      try await Migrator(application: "csa", migrations: [Self.one], time: time).migrate(database)
      let notes = try await database.read {
        try $0.query("SELECT application, number, name, applied_at FROM weft_migrations") { row in
          "\(try row.text(0)) \(try row.integer(1)) \(try row.text(2)) \(try row.integer(3))"
        }
      }
      #expect(notes == ["csa 1 make a 1704067200000000"])
    }
  }

  @Test func stepsComeAfterTheMigrationsAtEveryStart() async throws {
    try await Self.with { (database: Database) async throws in
      let step: Migrator.Step = { database, tell in
        tell("adding")
        try await database.write { _ = try $0.execute("INSERT INTO b VALUES (7)") }
      }
      let told = Mutex<[String]>([])
      let migrator = Migrator(application: "csa", migrations: [Self.one, Self.two], steps: [step])
      for _ in 1...2 { try await migrator.migrate(database) { text in told.withLock { $0.append(text) } } }
      let count = try await database.read { try $0.integer("SELECT count(*) FROM b") }
      #expect(count == 2)
      #expect(told.withLock { $0 } == ["adding", "adding"])
      let failing = Migrator(application: "csa", migrations: [Self.one, Self.two], steps: [{ _, _ in throw StorageError.closed }])
      await #expect(throws: StorageError.closed) { try await failing.migrate(database) }
    }
  }

  @Test func countsEachApplicationForItself() async throws {
    try await Self.with { (database: Database) async throws in
      try await Migrator(application: "csa", migrations: [Self.one]).migrate(database)
      let other = Migration(number: 1, name: "make c", sql: "CREATE TABLE c (x INTEGER) STRICT")
      #expect(try await Migrator(application: "cw", migrations: [other]).migrate(database).count == 1)
      #expect(try await Self.tables(database) == ["a", "c"])
    }
  }

  @Test func aNewerDatabaseIsRefusedWithBothVersions() async throws {
    try await Self.with { (database: Database) async throws in
      try await Migrator(application: "csa", migrations: [Self.one, Self.two]).migrate(database)
      let error = await #expect(throws: StorageError.self) {
        try await Migrator(application: "csa", migrations: [Self.one]).migrate(database)
      }
      #expect(error == .newerSchema(application: "csa", found: 2, known: 1))
      #expect(error?.description.contains("version 2") == true && error?.description.contains("version 1") == true)
    }
  }

  @Test func anEditedMigrationIsRefused() async throws {
    try await Self.with { (database: Database) async throws in
      try await Migrator(application: "csa", migrations: [Self.one]).migrate(database)
      let edited = Migration(number: 1, name: "make a", sql: Self.one.sql + " ")
      await #expect(throws: StorageError.editedMigration(application: "csa", number: 1, name: "make a")) {
        try await Migrator(application: "csa", migrations: [edited, Self.two]).migrate(database)
      }
      #expect(try await Self.tables(database) == ["a"])
    }
  }

  @Test(arguments: [
    "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES ('text');",
    "CREATE TABLE b (x INTEGER) STRICT; not sql;",
    "CREATE TABLE b (x INTEGER) STRICT; COMMIT; CREATE TABLE c (x INTEGER) STRICT;",
    "CREATE TABLE b (x INTEGER) STRICT; ROLLBACK;",
    "CREATE TABLE b (x INTEGER) STRICT; SAVEPOINT member; CREATE TABLE d (x INTEGER);",
  ])
  func aFailingMigrationLeavesNothingOfItself(sql: String) async throws {
    try await Self.with { (database: Database) async throws in
      let failing = Migration(number: 2, name: "bad", sql: sql)
      let error = await #expect(throws: StorageError.self) {
        try await Migrator(application: "csa", migrations: [Self.one, failing]).migrate(database)
      }
      guard case .migrationFailed("csa", 2, "bad", _)? = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(try await Self.tables(database) == ["a"])
      #expect(try await Self.migrate([Self.one, Self.two], database) == [2])
    }
  }
}
