import Platform
import Storage
import Testing

/// How calls wait for the writer and the readers, and how they stop waiting.
@Suite struct QueueTests {
  /// Runs `body` while the writer stands in front of a commit.
  static func withBusyWriter(
    _ options: DatabaseOptions = DatabaseOptions(), _ body: @escaping @Sendable (Database) async throws -> Void
  ) async throws {
    let gate = WriterGate()
    var options = options
    options.observer = gate
    try await TestDatabase.with(options: options) { database in
      _ = try await gate.group(database, [] as [@Sendable (Transaction) throws -> Void], whileBusy: body)
    }
  }

  @Test func aFullQueueRefusesAtOnceAndSaysWhenToComeBack() async throws {
    var options = DatabaseOptions()
    options.writeQueueMax = 2
    try await Self.withBusyWriter(options) { database in
      await withTaskGroup(of: Void.self) { tasks in
        let handles = [WaitHandle(), WaitHandle()]
        for (count, handle) in zip(1..., handles) {
          tasks.addTask {
            await #expect(throws: StorageError.cancelled) { try await database.write(handle: handle) { _ in } }
          }
          while database.waitingCounts.writes < count { await Task.yield() }
        }
        await #expect(throws: StorageError.overloaded(retryAfter: .seconds(1))) { try await database.write { _ in } }
        for handle in handles { handle.cancel() }
      }
    }
  }

  @Test func aWaiterLeavesAtItsDeadlineThoughTheWriterIsBusy() async throws {
    try await Self.withBusyWriter { database in
      await #expect(throws: StorageError.deadline) {
        try await database.write(deadline: .now() + .milliseconds(5)) { _ in }
      }
      #expect(database.waitingCounts.writes == 0)
    }
  }

  @Test func aDeadlineInThePastIsNotWaitedFor() async throws {
    try await TestDatabase.with { database in
      let past = MonotonicInstant(nanoseconds: 1)
      await #expect(throws: StorageError.deadline) { try await database.write(deadline: past) { _ in } }
      await #expect(throws: StorageError.deadline) { try await database.read(deadline: past) { _ in } }
    }
  }

  @Test func nobodyWaitsBeyondTheDatabasesOwnLimit() async throws {
    var options = DatabaseOptions()
    // Long enough for what the test itself writes on a busy machine.
    options.waitMax = .milliseconds(800)
    try await Self.withBusyWriter(options) { database in
      await #expect(throws: StorageError.deadline) { try await database.write { _ in } }
    }
  }

  @Test func aHandleTakesBackWhatWaits() async throws {
    try await Self.withBusyWriter { database in
      let handle = WaitHandle()
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          await #expect(throws: StorageError.cancelled) { try await database.write(handle: handle) { _ in } }
        }
        while database.waitingCounts.writes == 0 { await Task.yield() }
        handle.cancel()
      }
      await #expect(throws: StorageError.cancelled) { try await database.write(handle: handle) { _ in } }
    }
  }

  @Test func aHandleDoesNotBreakOffWhatHasBegun() async throws {
    try await TestDatabase.with { database in
      let handle = WaitHandle()
      try await database.write(handle: handle) { transaction in
        handle.cancel()
        try transaction.execute("INSERT INTO items (id, name) VALUES (1, 'one')")
      }
      #expect(try await database.names() == ["one"])
    }
  }

  @Test func aFullQueueOfReadersRefusesToo() async throws {
    var options = DatabaseOptions()
    options.readers = 1
    options.readQueueMax = 1
    let gate = Gate()
    try await TestDatabase.with(options: options) { database in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await database.read { _ in gate.wait() } }
        await gate.entered()
        tasks.addTask { try await database.read { _ in } }
        while database.waitingCounts.reads == 0 { await Task.yield() }
        await #expect(throws: StorageError.overloaded(retryAfter: .seconds(1))) { try await database.read { _ in } }
        gate.open()
        try await tasks.waitForAll()
      }
    }
  }

  @Test func closeDoesWhatWaitsAndThenRefuses() async throws {
    let gate = WriterGate()
    var options = DatabaseOptions()
    options.observer = gate
    try await TestDatabase.withDirectory { directory in
      let path = directory + "/test.db"
      let database = try Database.open(path: path, options: options)
      try await Migrator(application: "test", migrations: [Migration(number: 1, name: "items", sql: TestDatabase.table)])
        .migrate(database)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for id in 1...20 as ClosedRange<Int64> { tasks.addTask { try await database.add(id: id, name: "\(id)") } }
        try await tasks.waitForAll()
      }
      await database.close()
      await database.close()
      await #expect(throws: StorageError.closed) { try await database.write { _ in } }
      await #expect(throws: StorageError.closed) { try await database.read { _ in } }
      #expect(TestDatabase.size(path + "-wal") == nil, "the log was folded into the database")
      let again = try Database.open(path: path)
      #expect(try await again.names().count == 20)
      await again.close()
    }
  }
}
