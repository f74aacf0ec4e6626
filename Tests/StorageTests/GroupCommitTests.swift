import Storage
import Synchronization
import Testing

@Suite struct GroupCommitTests {
  struct Refusal: Error {}

  static func insert(_ id: Int64, _ name: String) -> @Sendable (Transaction) throws -> Void {
    { transaction in
      try transaction.execute("INSERT INTO items (id, name) VALUES ($id, $name)", ["id": .integer(id), "name": .text(name)])
    }
  }

  static func options(_ gate: WriterGate, groupMax: Int = 64) -> DatabaseOptions {
    var options = DatabaseOptions()
    options.observer = gate
    options.groupMax = groupMax
    options.groupOpenMax = .seconds(60)
    return options
  }

  @Test func waitingTransactionsShareOneCommit() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate)) { database in
      let results = try await gate.group(database, (1...5).map { Self.insert($0, "item \($0)") })
      #expect((results.allSatisfy { $0.isSuccess }) == true)
      #expect(gate.groups.withLock { $0 } == [1, 5])
      #expect(try await database.names().count == 5)
    }
  }

  @Test func groupsHaveNoMoreThanTheMostMembers() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate, groupMax: 2)) { database in
      _ = try await gate.group(database, (1...5).map { Self.insert($0, "item \($0)") })
      #expect(gate.groups.withLock { $0 } == [1, 2, 2, 1])
    }
  }

  @Test func groupsOfOneCommitEachAlone() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate, groupMax: 1)) { database in
      _ = try await gate.group(database, (1...3).map { Self.insert($0, "item \($0)") })
      #expect(gate.groups.withLock { $0 } == [1, 1, 1, 1])
    }
  }

  @Test func aMemberThatThrowsTakesBackItsOwnChangesOnly() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate)) { database in
      let results = try await gate.group(
        database,
        [
          Self.insert(1, "one"),
          { @Sendable (transaction: Transaction) in
            try Self.insert(2, "two")(transaction)
            throw Refusal()
          },
          Self.insert(3, "three"),
        ])
      #expect(results[0].isSuccess && results[2].isSuccess)
      #expect(throws: Refusal.self) { try results[1].get() }
      #expect(try await database.names() == ["one", "three"])
      #expect(database.writerStatistics.reruns == 0)
    }
  }

  @Test func aConstraintRefusesOneMemberAlone() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate)) { database in
      let results = try await gate.group(database, [Self.insert(1, "same"), Self.insert(2, "same"), Self.insert(3, "other")])
      #expect(results[1].isFailure(.constraint(.unique, detail: "items.name")))
      #expect(try await database.names() == ["same", "other"])
    }
  }

  @Test func aSwallowedErrorOfTheDatabaseFailsTheTransaction() async throws {
    try await TestDatabase.with { database in
      try await database.add(id: 1, name: "one")
      await #expect(throws: StorageError.constraint(.unique, detail: "items.name")) {
        try await database.write { transaction in
          do { try Self.insert(2, "one")(transaction) } catch {}
        }
      }
      await #expect(throws: StorageError.constraint(.unique, detail: "items.name")) {
        try await database.write { transaction in
          do { try Self.insert(2, "one")(transaction) } catch {}
          do { try Self.insert(3, "three")(transaction) } catch {}
        }
      }
      #expect(try await database.names() == ["one"])
    }
  }

  /// A refusal may rest on what another member wrote: if that never becomes durable, the refusal must not have been given.
  @Test func aRefusalIsNotReleasedBeforeTheCommitItRestsOn() async throws {
    let attempts = Atomic<Int>(0)
    let gate = WriterGate { memberCount in
      // The group of two fails, and then the first of them alone.
      if memberCount == 2 { return .io("no disk") }
      return attempts.wrappingAdd(1, ordering: .relaxed).newValue == 4 ? .io("no disk") : nil
    }
    try await TestDatabase.with(options: Self.options(gate)) { database in
      attempts.store(2, ordering: .relaxed)
      let results = try await gate.group(database, [Self.insert(1, "same"), Self.insert(2, "same")])
      #expect(results[0].isFailure(.io("no disk")))
      #expect(results[1].isSuccess)
      #expect(database.writerStatistics.reruns == 2)
      #expect(try await database.names() == ["same"])
    }
  }

  @Test func aFailedCommitOfOneIsItsError() async throws {
    let fails = Atomic<Bool>(false)
    let gate = WriterGate { _ in fails.load(ordering: .relaxed) ? .io("no disk") : nil }
    try await TestDatabase.with(options: Self.options(gate)) { database in
      fails.store(true, ordering: .relaxed)
      await #expect(throws: StorageError.io("no disk")) { try await database.add(id: 1, name: "one") }
      fails.store(false, ordering: .relaxed)
      try await database.add(id: 2, name: "two")
      #expect(try await database.names() == ["two"])
    }
  }

  /// SQLITE_FULL rolls back the whole transaction, not the savepoint.
  @Test func membersOfAGroupLostToAFullDiskRunAgainAlone() async throws {
    let gate = WriterGate()
    var options = Self.options(gate)
    options.pagesMax = 40
    try await TestDatabase.with(options: options) { database in
      let runs = Atomic<Int>(0)
      let results = try await gate.group(
        database,
        [
          { @Sendable (transaction: Transaction) in
            runs.wrappingAdd(1, ordering: .relaxed)
            try Self.insert(1, "one")(transaction)
          },
          { @Sendable (transaction: Transaction) in
            try transaction.execute(
              "INSERT INTO items (id, name, data) VALUES ($id, $name, $data)",
              ["id": 2, "name": "big", "data": .blob([UInt8](repeating: 1, count: 1_000_000))])
          },
          Self.insert(3, "three"),
        ])
      #expect(results[0].isSuccess)
      #expect(results[1].isFailure(.full))
      #expect(results[2].isSuccess)
      #expect(runs.load(ordering: .relaxed) == 2)
      #expect(database.writerStatistics.reruns == 2)
      #expect(try await database.names() == ["one", "three"])
    }
  }

  @Test func actionsRunAfterTheCommitAndBeforeTheAnswer() async throws {
    let gate = WriterGate()
    try await TestDatabase.with(options: Self.options(gate)) { database in
      let seen = Mutex<[String]>([])
      try await database.write { transaction in
        try Self.insert(1, "one")(transaction)
        transaction.afterCommit { seen.withLock { $0.append("first") } }
        transaction.afterCommit { seen.withLock { $0.append("second") } }
      }
      #expect(seen.withLock { $0 } == ["first", "second"])
      await #expect(throws: Refusal.self) {
        try await database.write { transaction in
          transaction.afterCommit { seen.withLock { $0.append("never") } }
          throw Refusal()
        }
      }
      #expect(seen.withLock { $0 } == ["first", "second"])
    }
  }

  @Test func aTransactionRunAgainDropsTheActionsOfItsFirstRun() async throws {
    let gate = WriterGate { memberCount in memberCount > 1 ? .full : nil }
    try await TestDatabase.with(options: Self.options(gate)) { database in
      let count = Atomic<Int>(0)
      let body: @Sendable (Transaction) throws -> Void = { transaction in
        transaction.afterCommit { count.wrappingAdd(1, ordering: .relaxed) }
      }
      let results = try await gate.group(database, [body, body])
      #expect((results.allSatisfy { $0.isSuccess }) == true)
      #expect(count.load(ordering: .relaxed) == 2)
    }
  }
}
