internal import CSQLite
internal import Glibc

/// A prepared statement of one connection.
final class Statement {
  let handle: OpaquePointer
  private let parameterNames: [[UInt8]]
  private(set) var columnNames: [[UInt8]]
  /// Where the next column to be asked for probably stands: callers read a row from left to right.
  private var columnHint = 0
  /// Where the name lies in memory by which a column was last found: constants of the program, so the usual look-up is one comparison.
  private var foundNames: [UInt] = []
  /// How often SQLite has prepared this anew, because the schema changed, when the names were taken.
  private var preparations: Int32 = 0
  /// Set while its rows are being read, so that the same SQL inside its own loop gets another statement.
  var isInUse = false

  /// Bytes of texts and blobs that were taken from its rows since the last look.
  private var bytesRead = 0

  /// Takes the handle over.
  init(handle: OpaquePointer) {
    self.handle = handle
    parameterNames = (0..<sqlite3_bind_parameter_count(handle)).map { index in
      // `$name` without its dollar; an unnamed parameter gets a name that no caller can give.
      Statement.bytes(sqlite3_bind_parameter_name(handle, index + 1)).map { Array($0.dropFirst()) } ?? []
    }
    columnNames = Statement.columnNames(handle)
    foundNames = Array(repeating: 0, count: columnNames.count)
  }

  deinit { sqlite3_finalize(handle) }

  /// Sets every parameter; a missing, unknown or doubled one is an error, never a silent NULL.
  func bind(_ parameters: SQLParameters) throws(StorageError) {
    guard parameters.values.count == parameterNames.count, parameterNames.count <= 64 else { throw wrongParameters(parameters) }
    var bound: UInt64 = 0
    for (position, (name, value)) in parameters.values.enumerated() {
      // Callers usually list them in the order of first appearance.
      let index =
        Statement.matches(name, parameterNames[position])
        ? position : parameterNames.firstIndex { Statement.matches(name, $0) }
      guard let index, bound & (1 << UInt64(index)) == 0 else { throw wrongParameters(parameters) }
      bound |= 1 << UInt64(index)
      let status = bind(value, at: Int32(index + 1))
      if status != SQLITE_OK { throw error(status) }
    }
  }

  /// Goes to the next row.
  ///
  /// - Returns: False after the last one.
  func step() throws(StorageError) -> Bool {
    let status = sqlite3_step(handle)
    if status == SQLITE_DONE { return false }
    guard status == SQLITE_ROW else { throw error(status) }
    // After a change of the schema `SELECT *` may mean other columns.
    let preparations = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
    if preparations != self.preparations {
      self.preparations = preparations
      columnNames = Statement.columnNames(handle)
      foundNames = Array(repeating: 0, count: columnNames.count)
    }
    columnHint = 0
    return true
  }

  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
    isInUse = false
    bytesRead = 0
  }

  /// A text or blob was taken from a row.
  func read(_ count: Int) { bytesRead += count }

  func takeBytesRead() -> Int {
    defer { bytesRead = 0 }
    return bytesRead
  }

  /// The position of a column by its name in the result.
  func columnIndex(_ name: StaticString) throws(StorageError) -> Int {
    // One place in memory is one name: both end in a zero byte. A name of one character has no place.
    let place = name.hasPointerRepresentation ? UInt(bitPattern: name.utf8Start) : 0
    let hint = columnHint
    if place != 0, hint < foundNames.count, foundNames[hint] == place {
      columnHint = hint + 1
      return hint
    }
    let isNext = hint < columnNames.count && Statement.matches(name, columnNames[hint])
    guard let index = isNext ? hint : columnNames.firstIndex(where: { Statement.matches(name, $0) }) else {
      throw .column(name: "\(name)", expected: "a column of the result", found: "none of that name")
    }
    foundNames[index] = place
    columnHint = index + 1
    return index
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(handle, index)
    case .integer(let value): return sqlite3_bind_int64(handle, index, value)
    case .double(let value): return sqlite3_bind_double(handle, index, value)
    case .text(var value):
      if value.isEmpty { return sqlite3_bind_text(handle, index, "", 0, nil) }
      return value.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { bytes in
          weft_sqlite3_bind_text(handle, index, bytes.baseAddress, UInt64(bytes.count))
        }
      }
    case .blob(let value):
      // A null pointer would bind NULL.
      if value.isEmpty { return sqlite3_bind_zeroblob(handle, index, 0) }
      return value.withUnsafeBytes { weft_sqlite3_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
    }
  }

  private func wrongParameters(_ parameters: SQLParameters) -> StorageError {
    let given = parameters.values.map { "\($0.name)" }.joined(separator: ", ")
    let wanted = parameterNames.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
    return .statement(code: SQLITE_RANGE, message: "parameters given: \(given); the statement takes: \(wanted)")
  }

  private func error(_ code: Int32) -> StorageError {
    StorageError(code: code, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
  }

  private static func matches(_ name: StaticString, _ bytes: [UInt8]) -> Bool {
    name.withUTF8Buffer { name in
      guard name.count == bytes.count, let start = name.baseAddress else { return name.count == bytes.count }
      return memcmp(start, bytes, bytes.count) == 0
    }
  }

  private static func columnNames(_ handle: OpaquePointer) -> [[UInt8]] {
    (0..<sqlite3_column_count(handle)).map { bytes(sqlite3_column_name(handle, $0)) ?? [] }
  }

  private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    text.map { Array(String(cString: $0).utf8) }
  }
}
