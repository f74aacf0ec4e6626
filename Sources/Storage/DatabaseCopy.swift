internal import CSQLite
internal import Glibc

/// A copy of a database file that nobody writes to: made beside a running server, read and checked afterwards.
///
/// It belongs to one thread at a time.
public final class DatabaseCopy {
  /// Pages (of 4 KiB) between two looks whether to go on: a few milliseconds.
  private static let pagesPerStep: Int32 = 256
  /// How often a step may find a lock in its way, each time after SQLite's own wait of five seconds.
  private static let busyMax = 3

  private let connection: Connection

  /// Opens a copy to read. Its directory is not written to: the name may be taken away meanwhile.
  ///
  /// - Throws: `StorageError.cannotOpen`, `.corrupt`.
  public init(path: String) throws(StorageError) {
    connection = try Connection(immutablePath: path)
    _ = try connection.scalar("SELECT count(*) FROM sqlite_schema")
  }

  /// Copies the state of a database at one moment, which includes every write that was answered before the call. Blocks.
  ///
  /// SQLite's online backup starts anew whenever another process commits between two steps, so under load it would never end. Here
  /// all steps run inside one read transaction: what is committed meanwhile goes into the write-ahead log, which can be folded in,
  /// but not shortened, until the copy is made.
  ///
  /// - Parameters:
  ///   - path: The database; it may be in use, or its server may have crashed.
  ///   - destination: Made with mode 0600; must not be there. What a failure leaves of it is the caller's to remove.
  ///   - isCancelled: Asked every MiB.
  /// - Throws: `StorageError`; `.cancelled` if `isCancelled` says so.
  public static func make(
    of path: String, at destination: String, isCancelled: () -> Bool = { false }
  ) throws(StorageError) {
    let file = open(destination, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .cannotOpen(path: destination, reason: String(cString: strerror(errno))) }
    close(file)
    let source = try Connection(path: path, isReadOnly: true)
    source.waitWhenBusy(.seconds(5))
    try source.run("BEGIN")
    // The transaction begins with its first read.
    _ = try source.scalar("SELECT count(*) FROM sqlite_schema")
    let target = try Connection(path: destination, isReadOnly: false)
    // Whoever is interrupted begins again: nothing of it need be durable.
    try target.runScript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")
    defer { withExtendedLifetime((source, target)) {} }
    guard let backup = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
      throw StorageError(code: sqlite3_extended_errcode(target.handle), message: String(cString: sqlite3_errmsg(target.handle)))
    }
    var busyCount = 0
    var status = SQLITE_OK
    while status != SQLITE_DONE, !isCancelled() {
      status = sqlite3_backup_step(backup, pagesPerStep)
      if status == SQLITE_OK || status == SQLITE_DONE { continue }
      busyCount += 1
      guard [SQLITE_BUSY, SQLITE_LOCKED].contains(status & 0xff), busyCount < busyMax else { break }
    }
    let end = sqlite3_backup_finish(backup)
    guard status == SQLITE_OK || status == SQLITE_DONE, end == SQLITE_OK else {
      let code = status == SQLITE_OK || status == SQLITE_DONE ? end : status
      throw StorageError(code: code, message: String(cString: sqlite3_errstr(code)))
    }
    if status != SQLITE_DONE { throw .cancelled }
  }

  /// The number of the last migration of each application.
  ///
  /// - Throws: `StorageError.statement` if the database was never migrated by Weft.
  public func schemaVersions() throws(StorageError) -> [String: Int] {
    let rows = try rows("SELECT application, max(number) FROM weft_migrations GROUP BY application")
    var versions: [String: Int] = [:]
    while let version = try rows.next({ row throws(StorageError) in (try row.text(0), Int(try row.integer(1))) }) {
      versions[version.0] = version.1
    }
    return versions
  }

  /// Goes through the rows of a query without parameters, one at a time.
  public func rows(_ sql: String) throws(StorageError) -> Rows {
    Rows(statement: try connection.prepare(sql), connection: connection)
  }

  /// Reads every page and every index, and looks for rows that refer to nothing.
  ///
  /// - Throws: `StorageError.corrupt` with the first thing that is wrong.
  public func check() throws(StorageError) {
    let found = try connection.scalar("PRAGMA integrity_check(1)")
    guard found == "ok" else { throw .corrupt(found) }
    let table = try connection.scalar("PRAGMA foreign_key_check")
    guard table.isEmpty else { throw .corrupt("a row of \(table) refers to one that is not there") }
  }

  /// Rows on their way. They keep the copy open.
  public final class Rows {
    private let statement: Statement
    private let connection: Connection

    fileprivate init(statement: Statement, connection: Connection) {
      self.statement = statement
      self.connection = connection
    }

    /// The next row, as `body` reads it; nil after the last one.
    public func next<Value>(_ body: (borrowing Row) throws(StorageError) -> Value) throws(StorageError) -> Value? {
      guard try statement.step() else { return nil }
      let row = Row(statement: statement)
      return try body(row)
    }
  }
}
