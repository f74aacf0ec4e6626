import Storage
import Synchronization
import Testing

@Suite struct BeforeCommitTests {
  struct Refusal: Error {}

  /// Inserts an item, and at the end of the commit a second one, or an error.
  static func insert(_ id: Int64, atEnd: Int64?, bytes: Int = 0) -> @Sendable (Transaction) throws -> Void {
    { transaction in
      try GroupCommitTests.insert(id, "\(id)")(transaction)
      transaction.beforeCommit(bytes: bytes) { transaction in
        guard let atEnd else { throw Refusal() }
        try GroupCommitTests.insert(atEnd, "\(atEnd)")(transaction)
      }
    }
  }

  private func ids(_ database: Database) async throws -> [Int64] {
    try await database.read { try $0.query("SELECT id FROM items ORDER BY rowid") { try $0.integer(0) } }
  }

  @Test func whatIsLeftForTheEndComesAfterAllMembersAndBeforeTheAnswers() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: GroupCommitTests.options(gate)) { database in
      let seen = Mutex<[Int64]>([])
      let results = try await gate.group(
        database,
        [
          Self.insert(1, atEnd: 10), Self.insert(2, atEnd: 20),
          { @Sendable transaction in
            let count = try transaction.integer("SELECT count(*) FROM items") ?? 0
            seen.withLock { $0.append(count) }
          },
        ])
      #expect(results.filter { $0.isSuccess }.count == 3)
      #expect(seen.withLock { $0 } == [2])
      let ids = try await ids(database)
      #expect(ids == [1, 2, 10, 20])
      #expect(gate.groups.withLock { $0 } == [1, 3])
    }
  }

  @Test func anErrorAtTheEndFailsItsMemberAlone() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: GroupCommitTests.options(gate)) { database in
      // The third one's end is refused by a rule of the table.
      let results = try await gate.group(
        database, [Self.insert(1, atEnd: 10), Self.insert(2, atEnd: nil), Self.insert(3, atEnd: 1), Self.insert(4, atEnd: 40)])
      #expect(results[0].isSuccess && results[3].isSuccess)
      #expect(throws: Refusal.self) { try results[1].get() }
      #expect(results[2].isFailure(.constraint(.unique, detail: "items.id")))
      let ids = try await ids(database)
      #expect(ids == [1, 4, 10, 40])
      await #expect(throws: Refusal.self) { try await database.write(Self.insert(5, atEnd: nil)) }
      #expect(try await self.ids(database) == ids)
    }
  }

  @Test func aMemberThatFailsLeavesNothingForTheEnd() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: GroupCommitTests.options(gate)) { database in
      let results = try await gate.group(
        database,
        [
          Self.insert(1, atEnd: 10),
          { @Sendable transaction in
            try Self.insert(2, atEnd: 20)(transaction)
            throw Refusal()
          },
        ])
      #expect(results[0].isSuccess && !results[1].isSuccess)
      let ids = try await ids(database)
      #expect(ids == [1, 10])
    }
  }

  @Test(arguments: [([0, 65_536, 0, 0], [1, 2, 2]), ([30_000, 30_000, 30_000, 30_000], [1, 3, 1]), ([65_535, 0, 0, 0], [1, 4])])
  func nobodySharesTheCommitOnceItsEndIsLong(bytes: [Int], groups: [Int]) async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: GroupCommitTests.options(gate)) { database in
      let members = bytes.enumerated().map { Self.insert(Int64($0.offset + 1), atEnd: Int64($0.offset + 10), bytes: $0.element) }
      let results = try await gate.group(database, members)
      #expect(results.filter { $0.isSuccess }.count == 4)
      #expect(gate.groups.withLock { $0 } == groups)
    }
  }

  @Test func whatTheEndLeavesForAfterTheCommitHappensOnceAndOnlyThen() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: GroupCommitTests.options(gate)) { database in
      let told = Mutex<[Int64]>([])
      let tells: @Sendable (Int64, Bool) -> @Sendable (Transaction) throws -> Void = { id, fails in
        { transaction in
          try GroupCommitTests.insert(id, "\(id)")(transaction)
          transaction.beforeCommit(bytes: 0) { transaction in
            transaction.afterCommit { told.withLock { $0.append(id) } }
            if fails { throw Refusal() }
          }
        }
      }
      // The second one has the group run again, each member by itself.
      _ = try await gate.group(database, [tells(1, false), tells(2, true), tells(3, false)])
      #expect(told.withLock { $0 } == [1, 3])
    }
  }
}
