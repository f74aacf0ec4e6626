import Platform
import Storage
import Synchronization
import Testing

@Suite struct ReadTests {
  @Test func aReadSeesOneMomentWhateverIsWrittenMeanwhile() async throws {
    try await TestDatabase.with { (database: Database) async throws in
      try await database.add(id: 1, name: "one")
      let gate = Gate()
      try await withThrowingTaskGroup(of: [Int64?].self) { tasks in
        tasks.addTask {
          try await database.read { transaction in
            let before = try transaction.integer("SELECT count(*) FROM items")
            gate.wait()
            return [before, try transaction.integer("SELECT count(*) FROM items")]
          }
        }
        await gate.entered()
        try await database.add(id: 2, name: "two")
        #expect(try await database.names().count == 2, "another read sees the write")
        gate.open()
        for try await counts in tasks { #expect(counts == [1, 1]) }
      }
    }
  }

  @Test func aReadCannotWrite() async throws {
    try await TestDatabase.with { (database: Database) async throws in
      await #expect(throws: StorageError.self) {
        try await database.read { transaction in
          _ = try transaction.query("INSERT INTO items (id, name) VALUES (1, 'one') RETURNING id") { row in try row.integer(0) }
        }
      }
      #expect(try await database.names() == [])
    }
  }

  @Test func aReadBeyondItsLimitIsBrokenOff() async throws {
    var options = DatabaseOptions()
    options.readMax = .milliseconds(20)
    try await TestDatabase.with(options: options) { (database: Database) async throws in
      await #expect(throws: StorageError.timeLimit) {
        try await database.read { transaction in
          try transaction.integer(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        }
      }
      // The reader is as good as new.
      #expect(try await database.names() == [])
    }
  }

  @Test func aReadThatFindsNoRoomForItsRowsEnds() async throws {
    try await TestDatabase.with { (database: Database) async throws in
      let name = String(repeating: "n", count: 99_998)
      for id in 1...10 as ClosedRange<Int64> { try await database.add(id: id, name: "\(10 + id)" + name) }
      let budget = MemoryBudget(bytesMax: 700_000)
      let read = { (hold: MemoryHold, limit: Int64) in
        try await database.read(hold: hold) { transaction in
          try transaction.query("SELECT name FROM items LIMIT $limit", ["limit": .integer(limit)]) { row in try row.text(0) }.count
        }
      }
      var hold: MemoryHold? = MemoryHold(budget)
      if let hold { #expect(try await read(hold, 6) == 6) }
      #expect(budget.heldBytes == 600_000)
      await #expect(throws: StorageError.noRoom) { _ = try await read(MemoryHold(budget), 2) }
      hold = nil
      #expect(await isGivenBack(budget))
      await #expect(throws: StorageError.noRoom) { _ = try await read(MemoryHold(budget), 10) }
      // The reader is as good as new, and who holds nothing is not counted.
      #expect(await isGivenBack(budget))
      #expect(try await database.names().count == 10)
    }
  }

  /// The reader's thread may let go of what it was given a moment after it has answered.
  private func isGivenBack(_ budget: MemoryBudget) async -> Bool {
    let latest = MonotonicInstant.now() + .seconds(5)
    while budget.heldBytes > 0, MonotonicInstant.now() < latest { await Task.yield() }
    return budget.heldBytes == 0
  }

  @Test func anErrorOfTheClosureReachesTheCaller() async throws {
    struct Mine: Error {}
    try await TestDatabase.with { (database: Database) async throws in
      await #expect(throws: Mine.self) { try await database.read { _ in throw Mine() } }
    }
  }

  @Test func theSameStatementMayRunInsideItsOwnRows() async throws {
    try await TestDatabase.with { (database: Database) async throws in
      for id in 1...3 as ClosedRange<Int64> { try await database.add(id: id, name: "\(id)") }
      @Sendable func names(_ transaction: ReadTransaction, depth: Int) throws -> [String] {
        try transaction.query("SELECT name FROM items ORDER BY id") { row in
          let name = try row.text(0)
          return depth == 0 ? name : try "\(name):" + names(transaction, depth: depth - 1).joined()
        }
      }
      let nested = try await database.read { try names($0, depth: 1) }
      #expect(nested == ["1:123", "2:123", "3:123"])
    }
  }

  @Test func columnsAreFollowedWhenTheSchemaChanges() async throws {
    try await TestDatabase.with { (database: Database) async throws in
      try await database.add(id: 1, name: "one")
      @Sendable func note(_ transaction: ReadTransaction) throws -> String? {
        try transaction.first("SELECT * FROM items") { row in "\(row.columnCount) \(try row.text("name"))" }
      }
      #expect(try await database.read(note) == "6 one")
      try await database.write { try $0.execute("ALTER TABLE items ADD COLUMN extra TEXT") }
      #expect(try await database.read(note) == "7 one")
      @Sendable func moved(_ transaction: ReadTransaction) throws -> String? {
        try transaction.first("SELECT * FROM moved") { row in try row.text("second") + row.text("third") }
      }
      try await database.write { transaction in
        try transaction.execute("CREATE TABLE moved (first TEXT, second TEXT, third TEXT, fourth TEXT)")
        try transaction.execute("INSERT INTO moved VALUES ('1', '2', '3', '4')")
      }
      #expect(try await database.read(moved) == "23")
      try await database.write { try $0.execute("ALTER TABLE moved DROP COLUMN first") }
      #expect(try await database.read(moved) == "23")
    }
  }
}
