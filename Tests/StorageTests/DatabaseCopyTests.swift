import Foundation
import Glibc
import Platform
import Storage
import Synchronization
import Testing

@Suite struct DatabaseCopyTests {
  final class Count: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
  }

  /// A database, and the name of a copy that is removed afterwards.
  static func with(_ body: (Database, _ path: String, _ copy: String) async throws -> Void) async throws {
    try await TestDatabase.withDirectory { directory in
      defer { unlink(directory + "/copy?.db") }
      let database = try Database.open(path: directory + "/test.db")
      do {
        let items = Migration(number: 1, name: "items", sql: TestDatabase.table)
        try await Migrator(application: "test", migrations: [items]).migrate(database)
        try await body(database, directory + "/test.db", directory + "/copy?.db")
      } catch {
        await database.close()
        throw error
      }
      await database.close()
    }
  }

  static func names(_ copy: DatabaseCopy) throws -> [String] {
    let rows = try copy.rows("SELECT name FROM items ORDER BY id")
    var names: [String] = []
    while let name = try rows.next({ row throws(StorageError) in try row.text(0) }) { names.append(name) }
    return names
  }

  @Test func holdsEveryWriteAnsweredBeforeAndNoneAfter() async throws {
    try await Self.with { database, path, copy in
      for id in 0..<100 { try await database.add(id: Int64(id), name: "item \(id)") }
      try DatabaseCopy.make(of: path, at: copy)
      try await database.add(id: 100, name: "late")
      let made = try DatabaseCopy(path: copy)
      try made.check()
      #expect(try Self.names(made) == (0..<100).map { "item \($0)" })
      #expect(try made.schemaVersions() == ["test": 1])
      var status = stat()
      #expect(stat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  /// SQLite's backup alone would begin anew at every commit of somebody else, and never end.
  @Test func isMadeInOneGoBesideAWriterThatNeverRests() async throws {
    try await Self.with { database, path, copy in
      try await database.write { transaction in
        for id in 0..<3_000 {
          try transaction.execute(
            "INSERT INTO items (id, name, data) VALUES ($id, $name, $data)",
            ["id": .integer(Int64(id)), "name": .text("\(id)"), "data": .blob([UInt8](repeating: 7, count: 4_000))])
        }
      }
      // Committed between every two steps, by another connection, which is what another process is to SQLite.
      let looks = Count()
      let committed = Count()
      let done = TwoProcessesTests.Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var id = 10_000
          while !done.isSet {
            try await database.add(id: Int64(id), name: "late \(id)")
            id += 1
            committed.add()
          }
        }
        // On a thread of its own: it waits for what a task does, which no thread may be left for.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
          Thread.detachNewThread {
            continuation.resume(
              with: Result {
                try DatabaseCopy.make(
                  of: path, at: copy,
                  isCancelled: {
                    looks.add()
                    let before = committed.value
                    while committed.value < before + 2 { usleep(100) }
                    return false
                  })
              })
          }
        }
        done.set()
        try await group.waitForAll()
      }
      let made = try DatabaseCopy(path: copy)
      try made.check()
      let rows = try made.rows("SELECT count(*) FROM items WHERE id < 3000")
      #expect(try rows.next { row throws(StorageError) in try row.integer(0) } == 3_000)
      // 12 MB in steps of a MiB: no step was repeated.
      #expect((10...20).contains(looks.value), "\(looks.value)")
    }
  }

  @Test func canBeCalledOff() async throws {
    try await Self.with { _, path, copy in
      #expect(throws: StorageError.cancelled) { try DatabaseCopy.make(of: path, at: copy, isCancelled: { true }) }
    }
  }

  @Test func overwritesNothing() async throws {
    try await Self.with { _, path, copy in
      try DatabaseCopy.make(of: path, at: copy)
      #expect(throws: StorageError.cannotOpen(path: copy, reason: "File exists")) { try DatabaseCopy.make(of: path, at: copy) }
    }
  }

  @Test func aDamagedCopyIsFound() async throws {
    try await Self.with { database, path, copy in
      for id in 0..<500 { try await database.add(id: Int64(id), name: "item \(id)") }
      try DatabaseCopy.make(of: path, at: copy)
      let file = open(copy, O_RDWR)
      #expect(pwrite(file, [UInt8](repeating: 0, count: 4096), 4096, 8192) == 4096)
      close(file)
      let error = #expect(throws: StorageError.self) { try DatabaseCopy(path: copy).check() }
      guard case .corrupt? = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
    }
  }
}
