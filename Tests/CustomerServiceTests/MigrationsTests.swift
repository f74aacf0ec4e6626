import Foundation
import Storage
import Testing

@testable import CustomerService

/// Databases of every released version, with rows in them, brought up to date.
@Suite struct MigrationsTests {
  static let versions = 1..<CustomerServiceApp.migrations.count

  /// Rows as somebody's server would have them once a migration has run.
  static let rows: [Int: String] = [
    1: """
    INSERT INTO csa_users VALUES
      ('u1', 'a@example.com', '$argon2id$…', 'user', 1, 0, '张三', '13800138000', 'https://example.com/a.png', '简介', 10, 11),
      ('u2', 'b@example.com', NULL, 'admin', 1, 3, NULL, NULL, NULL, NULL, 20, NULL),
      ('u3', 'c@example.com', NULL, 'user', 0, 0, NULL, NULL, NULL, NULL, 30, NULL);
    INSERT INTO csa_codes VALUES ('email', 'd@example.com', 'register', x'01', 9000000000000000, 2);
    INSERT INTO csa_tickets VALUES
      ('t1', 'u1', '标题', 'technical', '正文', 'replied', 'r2', 40, 60), ('t2', 'u1', 'title', 'business', 'text', 'pending', NULL, 41, NULL);
    INSERT INTO csa_ticket_replies VALUES ('r1', 't1', 'u2', '第一次答复', 50), ('r2', 't1', 'u2', '第二次答复', 60);
    """,
    2: """
    INSERT INTO csa_sign_ins (id, user_id, token_id, means, address, created_at, expires_at, ended_at)
      VALUES ('s1', 'u1', 'k1', 'password', '127.0.0.1', 70, 9000000000000000, NULL), ('s2', 'u1', 'k2', 'password', '::1', 71, 72, 71);
    INSERT INTO csa_audit (id, at, actor_id, action, target_id, detail, address, request_id)
      VALUES ('a1', 80, 'u2', 'user.disable', 'u3', NULL, '127.0.0.1', 'q1');
    """,
    4: """
    INSERT INTO csa_phones VALUES ('p1', 'u1', '+8613800138000', 1, 90, NULL);
    INSERT INTO csa_application_keys VALUES ('y1', 'u1', x'02', 'abcd', 1, NULL, 91, NULL);
    """,
    9: """
    INSERT INTO csa_files VALUES ('f1', 'u1', NULL, '文档.pdf', 19, 'application/pdf', NULL, 'uploads/f1.pdf', x'03', 100, NULL);
    """,
  ]

  /// A database with the first `version` migrations, each followed by its rows.
  static func with(version: Int, _ body: (Database, _ path: String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let database = try Database.open(path: directory + "/weft.db")
    do {
      for number in 1...version {
        try await Migrator(application: "csa", migrations: Array(CustomerServiceApp.migrations.prefix(number))).migrate(database)
        for statement in (rows[number] ?? "").components(separatedBy: ";\n") where !statement.isEmpty { try await run(statement, database) }
      }
      try await body(database, directory + "/weft.db")
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  /// A statement that is no literal, by way of a migration of nobody.
  static func run(_ sql: String, _ database: Database) async throws {
    let name = "test-\(UUID().uuidString)"
    try await Migrator(application: name, migrations: [Migration(number: 1, name: "rows", sql: sql)]).migrate(database)
    try await database.write { try $0.execute("DELETE FROM weft_migrations WHERE application = $name", ["name": .text(name)]) }
  }

  /// Everything that the schema is made of, without white space and quotes: ALTER TABLE writes it otherwise than CREATE TABLE.
  static func schema(_ database: Database) async throws -> [String] {
    try await database.read { transaction in
      try transaction.query("SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name") {
        row in
        "\(try row.text(0)) \(try row.text(1)) \(try row.text(2).filter { !$0.isWhitespace && $0 != "\"" })"
      }
    }
  }

  @Test(arguments: versions) func everyVersionBecomesTheNewestOneAndKeepsItsRows(version: Int) async throws {
    let fresh = try await TestDatabase()
    let newest = try await Self.schema(fresh.database)
    await fresh.close()
    try await Self.with(version: version) { database, path in
      #expect(
        try await CustomerServiceApp.migrator.migrate(database).map(\.number) == Array(version + 1...CustomerServiceApp.migrations.count))
      #expect(try await Self.schema(database) == newest)
      try await database.read { transaction in
        let user = try #require(try UserStore.user(email: "a@example.com", transaction))
        #expect(user.fullName == "张三" && user.passwordHash == "$argon2id$…" && user.createdAt == 10 && user.updatedAt == 11)
        #expect(try UserStore.user(email: "c@example.com", transaction)?.isActive == false)
        #expect(try transaction.integer("SELECT count(*) FROM csa_tickets WHERE user_id = 'u1' AND status IN ('pending', 'replied')") == 2)
        #expect(try transaction.integer("SELECT count(*) FROM csa_codes WHERE failures = 2") == 1)
        let rows = try transaction.query("SELECT feedback, replied_at FROM csa_ticket_rows WHERE id = 't1'") { row in
          "\(try row.text(0)) \(try row.integer(1))"
        }
        #expect(rows == ["第二次答复 60"])
        if version >= 2 { #expect(try transaction.integer("SELECT count(*) FROM csa_sign_ins WHERE user_id = 'u1'") == 2) }
        if version >= 4 { #expect(try transaction.integer("SELECT count(*) FROM csa_application_keys WHERE ending = 'abcd'") == 1) }
        if version >= 9 { #expect(try transaction.integer("SELECT count(*) FROM csa_files WHERE filename = '文档.pdf'") == 1) }
      }
      let copy = path + ".copy"
      try DatabaseCopy.make(of: path, at: copy)
      try DatabaseCopy(path: copy).check()
      // And once more: nothing is left to do.
      #expect(try await CustomerServiceApp.migrator.migrate(database).isEmpty)
    }
  }

  /// Tokens that were void before there was a list of what is void must not come back.
  @Test func anEndedEpochOfTheFirstSchemaIsInTheListOfTheThird() async throws {
    try await Self.with(version: 1) { database, _ in
      try await CustomerServiceApp.migrator.migrate(database)
      #expect(
        try await database.read { transaction in
          try transaction.query("SELECT user_id FROM csa_validity_changes") { row in try row.text(0) }
        } == ["u2"])
    }
  }

  @Test(arguments: versions) func aMigrationThatIsStoppedBeforeItsCommitLeavesTheVersionBefore(version: Int) async throws {
    struct Stop: CommitObserver {
      func willCommit(memberCount: Int) throws(StorageError) { throw .io("the power went") }
      func didCommit(memberCount: Int) {}
    }
    try await Self.with(version: version) { database, path in
      let before = try await Self.schema(database)
      var options = DatabaseOptions()
      options.observer = Stop()
      let stopped = try Database.open(path: path, options: options)
      await #expect(throws: StorageError.self) { try await CustomerServiceApp.migrator.migrate(stopped) }
      await stopped.close()
      #expect(try await Self.schema(database) == before)
      try await CustomerServiceApp.migrator.migrate(database)
    }
  }
}
