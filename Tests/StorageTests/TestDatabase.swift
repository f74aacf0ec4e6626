import Glibc
import Platform
import Storage

/// A database of its own in a directory of its own, gone afterwards.
enum TestDatabase {
  static let table = """
    CREATE TABLE items (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      size INTEGER,
      ratio REAL,
      data BLOB,
      note TEXT
    ) STRICT
    """

  @discardableResult
  static func with<Value>(
    options: DatabaseOptions = DatabaseOptions(), _ body: (Database) async throws -> Value
  ) async throws -> Value {
    try await withDirectory { directory in
      let database = try Database.open(path: directory + "/test.db", options: options)
      do {
        try await Migrator(application: "test", migrations: [Migration(number: 1, name: "items", sql: table)]).migrate(database)
        let value = try await body(database)
        await database.close()
        return value
      } catch {
        await database.close()
        throw error
      }
    }
  }

  /// Bytes of a file, nil if it is not there or empty.
  static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 && status.st_size > 0 ? Int(status.st_size) : nil
  }

  static func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let name = "weft-storage-\(getpid())-\(SystemRandom().word())"
    let directory = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/" + name
    mkdir(directory, 0o700)
    defer {
      for file in ["test.db", "test.db-wal", "test.db-shm", "weft.lock"] { unlink(directory + "/" + file) }
      rmdir(directory)
    }
    return try await body(directory)
  }
}

extension Database {
  /// Writes one item.
  func add(id: Int64, name: String) async throws {
    _ = try await write { transaction in
      try transaction.execute("INSERT INTO items (id, name) VALUES ($id, $name)", ["id": .integer(id), "name": .text(name)])
    }
  }

  /// The names of all items by id.
  func names() async throws -> [String] {
    try await read { try $0.query("SELECT name FROM items ORDER BY id") { row in try row.text(0) } }
  }
}
