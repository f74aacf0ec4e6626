import Glibc
import Platform
import Storage
import Synchronization
import Testing

/// Two databases on one file: for SQLite's locks they are to each other what two processes are.
@Suite struct TwoProcessesTests {
  static func withTwo(busyMax: Duration = .seconds(5), _ body: (Database, Database) async throws -> Void) async throws {
    try await TestDatabase.withDirectory { directory in
      var options = DatabaseOptions()
      options.busyMax = busyMax
      options.checkpointsAtClose = false
      let first = try Database.open(path: directory + "/test.db", options: options)
      try await Migrator(application: "test", migrations: [Migration(number: 1, name: "items", sql: TestDatabase.table)]).migrate(first)
      let second = try Database.open(path: directory + "/test.db", options: options)
      do {
        try await body(first, second)
      } catch {
        await first.close()
        await second.close()
        throw error
      }
      await first.close()
      await second.close()
    }
  }

  /// Something that is so from some moment on.
  final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .sequentiallyConsistent) }
    func set() { flag.store(true, ordering: .sequentiallyConsistent) }
  }

  static func count(_ database: Database) async throws -> Int64? {
    try await database.read { try $0.integer("SELECT count(*) FROM items") }
  }

  @Test func bothWriteAndNothingIsLost() async throws {
    try await Self.withTwo { first, second in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<200 {
          group.addTask { try await first.add(id: Int64(index), name: "first \(index)") }
          group.addTask { try await second.add(id: Int64(1_000 + index), name: "second \(index)") }
        }
        try await group.waitForAll()
      }
      #expect(try await Self.count(first) == 400)
      #expect(try await Self.count(second) == 400)
    }
  }

  @Test func oneWriteFindsItsMomentBesideAProcessThatCommitsWithoutPause() async throws {
    try await Self.withTwo { first, second in
      let done = Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<8 {
          group.addTask {
            var id = Int64(lane) * 1_000_000
            while !done.isSet {
              try await first.add(id: id, name: "busy \(id)")
              id += 1
            }
          }
        }
        for index in 0..<10 { try await second.add(id: Int64(-1 - index), name: "rare \(index)") }
        done.set()
        try await group.waitForAll()
      }
      #expect(try await first.read { try $0.integer("SELECT count(*) FROM items WHERE id < 0") } == 10)
    }
  }

  @Test func aLockHeldTooLongIsSaidAndTheNextWriteWorks() async throws {
    try await Self.withTwo(busyMax: .milliseconds(20)) { first, second in
      let held = Flag()
      let mayGo = Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await first.write { _ in
            held.set()
            // The writer's thread waits, as it would for a slow disk.
            while !mayGo.isSet { usleep(1_000) }
          }
        }
        while !held.isSet { await Task.yield() }
        await #expect(throws: StorageError.busy) { try await second.add(id: 1, name: "one") }
        mayGo.set()
        try await group.waitForAll()
      }
      try await second.add(id: 1, name: "one")
      #expect(try await first.names() == ["one"])
    }
  }
}
