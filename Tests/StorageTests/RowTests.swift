import Storage
import Testing

@Suite struct RowTests {
  /// What reading a column of one row gives.
  static func read<Value: Sendable>(
    _ sql: StaticString, _ parameters: SQLParameters = [:], _ body: @escaping @Sendable (borrowing Row) throws -> Value
  ) async throws -> Value? {
    try await TestDatabase.with { database in try await database.read { try $0.first(sql, parameters, body) } }
  }

  @Test func aColumnOfAnotherTypeIsAClearError() async throws {
    await #expect(throws: StorageError.column(name: "n", expected: "text", found: "an integer")) {
      try await Self.read("SELECT 1 AS n") { row in try row.text("n") }
    }
    await #expect(throws: StorageError.column(name: "n", expected: "an integer", found: "null")) {
      try await Self.read("SELECT NULL AS n") { row in try row.integer(0) }
    }
    await #expect(throws: StorageError.column(name: "n", expected: "a blob", found: "text")) {
      try await Self.read("SELECT 'a' AS n") { row in try row.blob("n") }
    }
  }

  @Test func aColumnThatIsNotThereIsAClearError() async throws {
    await #expect(throws: StorageError.column(name: "m", expected: "a column of the result", found: "none of that name")) {
      try await Self.read("SELECT 1 AS n") { row in try row.text("m") }
    }
    await #expect(throws: StorageError.column(name: "3", expected: "text", found: "no such column")) {
      try await Self.read("SELECT 1 AS n") { row in try row.text(3) }
    }
  }

  @Test func emptyTextAndEmptyBlobAreNotNull() async throws {
    let result = try await Self.read("SELECT $t, $b", ["t": "", "b": .blob([])]) { row in
      "\(try row.text(0).isEmpty) \(try row.blob(1).isEmpty)"
    }
    #expect(result == "true true")
  }

  @Test func textKeepsNULBytesAndEveryCharacter() async throws {
    let text = "a\u{0}b 工单 👩‍👩‍👧 e\u{301}"
    let read = try await Self.read("SELECT $t", ["t": .text(text)]) { row in try row.text(0) }
    #expect(read.map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test func columnsAreFoundByNameInAnyOrder() async throws {
    let text = try await Self.read("SELECT 'x' AS a, 'y' AS b, 'z' AS c") { row in
      try row.text("c") + row.text("a") + row.text("b") + row.text("b")
    }
    #expect(text == "zxyy")
  }

  /// Rows after the first are read by what was found for it: each in its own order, and names that hold one another.
  @Test func everyRowIsReadInItsOwnOrder() async throws {
    let texts = try await TestDatabase.with { database in
      try await database.read { transaction in
        var count = 0
        return try transaction.query(
          "SELECT 'x' AS id, 'y' AS user_id, 'z' AS d UNION ALL SELECT 'u', 'v', 'w' UNION ALL SELECT 'r', 's', 't' ORDER BY 1"
        ) { row in
          count += 1
          return count == 2
            ? try row.text("d") + row.text("user_id") + row.text("id") : try row.text("id") + row.text("user_id") + row.text("d")
        }
      }
    }
    #expect(texts == ["rst", "wvu", "xyz"])
  }

  @Test(arguments: [
    ["a": 1] as SQLParameters, ["a": 1, "b": 2, "c": 3], ["a": 1, "a": 2], ["a": 1, "$b": 2], [:],
  ])
  func parametersMustFitTheStatement(parameters: SQLParameters) async throws {
    await #expect(throws: StorageError.self) {
      try await Self.read("SELECT $a, $b", parameters) { row in try row.integer(0) }
    }
  }

  @Test func aParameterNamedTwiceInTheStatementIsGivenOnce() async throws {
    let sum = try await Self.read("SELECT $b + $a + $b", ["a": 1, "b": 10]) { row in try row.integer(0) }
    #expect(sum == 21)
  }
}
