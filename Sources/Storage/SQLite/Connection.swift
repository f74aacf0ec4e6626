internal import CSQLite
internal import Glibc
internal import Platform

/// One connection to the database file. It belongs to one thread at a time and has no lock of its own.
final class Connection {
  /// How many prepared statements are kept; programs have a few hundred, so reaching it means SQL made at run time.
  private static let statementsMax = 1024

  let handle: OpaquePointer
  private var statements: [UnsafePointer<UInt8>: Statement] = [:]

  /// - Parameter isReadOnly: Whether this connection may only read.
  convenience init(path: String, isReadOnly: Bool) throws(StorageError) {
    try self.init(path, path: path, access: isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
  }

  /// Reads a file that nobody writes to, without looking for a write-ahead log beside it and without a lock.
  convenience init(immutablePath path: String) throws(StorageError) {
    // Everything but these is percent-encoded, as URIs want it.
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    let encoded = path.utf8.map { byte in
      plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let name = "file:" + (path.hasPrefix("/") ? "//" : "") + encoded.joined() + "?immutable=1"
    try self.init(name, path: path, access: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
  }

  private init(_ name: String, path: String, access: Int32) throws(StorageError) {
    var handle: OpaquePointer?
    let status = sqlite3_open_v2(name, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
    guard let handle, status == SQLITE_OK else {
      let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)
      throw .cannotOpen(path: path, reason: reason)
    }
    self.handle = handle
    sqlite3_extended_result_codes(handle, 1)
    // "name" is a column, never a string by accident; and the schema may not be changed behind SQLite's back.
    _ = weft_sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0)
    _ = weft_sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
    _ = weft_sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
    _ = weft_sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Has SQLite wait for a lock that another process holds, and ask for it again every millisecond.
  ///
  /// SQLite's own timeout asks ten times a second in the end: beside a process that commits without pause it may never find the
  /// moment in between.
  ///
  /// - Parameter limit: After which the statement fails with `StorageError.busy`.
  func waitWhenBusy(_ limit: Duration) {
    // The context is the count itself, and no address.
    let context = UnsafeMutableRawPointer(bitPattern: Int(limit.wholeNanoseconds / 1_000_000) + 1)
    sqlite3_busy_handler(
      handle,
      { context, count in
        guard Int(count) < Int(bitPattern: context) else { return 0 }
        usleep(1_000)
        return 1
      }, context)
  }

  /// Whether no transaction is open: SQLite rolls the whole one back by itself after some errors.
  var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  var changes: Int { Int(sqlite3_changes64(handle)) }

  /// Rows changed since it was opened, those that a virtual table changed for itself among them.
  var totalChanges: Int { Int(sqlite3_total_changes64(handle)) }

  /// The prepared statement of a piece of SQL, kept by the address of the literal.
  func statement(_ sql: StaticString) throws(StorageError) -> Statement {
    if let kept = statements[sql.utf8Start] {
      // Rows of the same statement are being read further out.
      if kept.isInUse { return try prepare(sql, flags: 0) }
      return kept
    }
    if statements.count >= Self.statementsMax { statements.removeAll(keepingCapacity: true) }
    let statement = try prepare(sql, flags: UInt32(SQLITE_PREPARE_PERSISTENT))
    statements[sql.utf8Start] = statement
    return statement
  }

  /// Runs a statement without parameters for its effect.
  func run(_ sql: StaticString) throws(StorageError) {
    let statement = try statement(sql)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// Runs SQL of any number of statements, not kept.
  func runScript(_ sql: String) throws(StorageError) {
    let status = sqlite3_exec(handle, sql, nil, nil, nil)
    if status != SQLITE_OK { throw error(status) }
  }

  /// The same inside a transaction, which the script can neither end nor nest: a BEGIN or COMMIT in it is an error.
  func runScriptInTransaction(_ sql: String) throws(StorageError) {
    sqlite3_set_authorizer(
      handle,
      { _, action, _, _, _, _ in
        [SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_ATTACH, SQLITE_DETACH].contains(action) ? SQLITE_DENY : SQLITE_OK
      }, nil)
    defer { sqlite3_set_authorizer(handle, nil, nil) }
    try runScript(sql)
  }

  /// The first column of the first row, for a PRAGMA that answers.
  func scalar(_ sql: String) throws(StorageError) -> String {
    var handle: OpaquePointer?
    let status = sqlite3_prepare_v2(self.handle, sql, -1, &handle, nil)
    guard status == SQLITE_OK, let handle else { throw error(status) }
    defer { sqlite3_finalize(handle) }
    let step = sqlite3_step(handle)
    guard step == SQLITE_ROW else {
      if step == SQLITE_DONE { return "" }
      throw error(step)
    }
    return sqlite3_column_text(handle, 0).map { String(cString: $0) } ?? ""
  }

  private func prepare(_ sql: StaticString, flags: UInt32) throws(StorageError) -> Statement {
    precondition(sql.hasPointerRepresentation)
    var handle: OpaquePointer?
    var rest: UnsafePointer<CChar>?
    let status = sql.withUTF8Buffer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { sqlite3_prepare_v3(self.handle, $0.baseAddress, Int32($0.count), flags, &handle, &rest) }
    }
    guard status == SQLITE_OK else { throw error(status) }
    guard let handle else { throw .statement(code: SQLITE_MISUSE, message: "empty SQL") }
    return Statement(handle: handle)
  }

  /// A statement that is not kept.
  func prepare(_ sql: String) throws(StorageError) -> Statement {
    var handle: OpaquePointer?
    let status = sqlite3_prepare_v2(self.handle, sql, -1, &handle, nil)
    guard status == SQLITE_OK else { throw error(status) }
    guard let handle else { throw .statement(code: SQLITE_MISUSE, message: "empty SQL") }
    return Statement(handle: handle)
  }

  private func error(_ code: Int32) -> StorageError {
    StorageError(code: code, message: String(cString: sqlite3_errmsg(handle)))
  }
}
