internal import CSQLite

/// One row of a result, valid inside the closure that receives it and not to be kept.
///
/// Columns are read by position, or by name where a query is wide. Reading a column as what it is not is an error, except
/// that `double` reads integers.
public struct Row: ~Copyable {
  let statement: Statement

  public var columnCount: Int { statement.columnNames.count }

  public func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement.handle, Int32(column)) == SQLITE_NULL }

  public func text(_ column: Int) throws(StorageError) -> String {
    try expect(SQLITE_TEXT, column, "text")
    let count = Int(sqlite3_column_bytes(statement.handle, Int32(column)))
    guard let bytes = sqlite3_column_text(statement.handle, Int32(column)) else { throw mismatch(column, "text") }
    statement.read(count)
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  public func integer(_ column: Int) throws(StorageError) -> Int64 {
    try expect(SQLITE_INTEGER, column, "an integer")
    return sqlite3_column_int64(statement.handle, Int32(column))
  }

  public func bool(_ column: Int) throws(StorageError) -> Bool { try integer(column) != 0 }

  public func double(_ column: Int) throws(StorageError) -> Double {
    let type = sqlite3_column_type(statement.handle, Int32(column))
    guard type == SQLITE_FLOAT || type == SQLITE_INTEGER else { throw mismatch(column, "a number") }
    return sqlite3_column_double(statement.handle, Int32(column))
  }

  public func blob(_ column: Int) throws(StorageError) -> [UInt8] {
    try expect(SQLITE_BLOB, column, "a blob")
    let count = Int(sqlite3_column_bytes(statement.handle, Int32(column)))
    // SQLite gives no pointer for an empty blob.
    guard let bytes = sqlite3_column_blob(statement.handle, Int32(column)) else { return [] }
    statement.read(count)
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  public func optionalText(_ column: Int) throws(StorageError) -> String? { isNull(column) ? nil : try text(column) }
  public func optionalInteger(_ column: Int) throws(StorageError) -> Int64? { isNull(column) ? nil : try integer(column) }
  public func optionalDouble(_ column: Int) throws(StorageError) -> Double? { isNull(column) ? nil : try double(column) }
  public func optionalBlob(_ column: Int) throws(StorageError) -> [UInt8]? { isNull(column) ? nil : try blob(column) }

  private func expect(_ type: Int32, _ column: Int, _ expected: String) throws(StorageError) {
    if sqlite3_column_type(statement.handle, Int32(column)) != type { throw mismatch(column, expected) }
  }

  private func mismatch(_ column: Int, _ expected: String) -> StorageError {
    guard statement.columnNames.indices.contains(column) else {
      return .column(name: "\(column)", expected: expected, found: "no such column")
    }
    let found =
      switch sqlite3_column_type(statement.handle, Int32(column)) {
      case SQLITE_INTEGER: "an integer"
      case SQLITE_FLOAT: "a floating-point number"
      case SQLITE_TEXT: "text"
      case SQLITE_BLOB: "a blob"
      default: "null"
      }
    return .column(name: String(decoding: statement.columnNames[column], as: UTF8.self), expected: expected, found: found)
  }
}

/// The same by the column's name in the result.
extension Row {
  public func isNull(_ name: StaticString) throws(StorageError) -> Bool { isNull(try statement.columnIndex(name)) }
  public func text(_ name: StaticString) throws(StorageError) -> String { try text(try statement.columnIndex(name)) }
  public func integer(_ name: StaticString) throws(StorageError) -> Int64 { try integer(try statement.columnIndex(name)) }
  public func bool(_ name: StaticString) throws(StorageError) -> Bool { try bool(try statement.columnIndex(name)) }
  public func double(_ name: StaticString) throws(StorageError) -> Double { try double(try statement.columnIndex(name)) }
  public func blob(_ name: StaticString) throws(StorageError) -> [UInt8] { try blob(try statement.columnIndex(name)) }
  public func optionalText(_ name: StaticString) throws(StorageError) -> String? {
    try optionalText(try statement.columnIndex(name))
  }
  public func optionalInteger(_ name: StaticString) throws(StorageError) -> Int64? {
    try optionalInteger(try statement.columnIndex(name))
  }
  public func optionalDouble(_ name: StaticString) throws(StorageError) -> Double? {
    try optionalDouble(try statement.columnIndex(name))
  }
  public func optionalBlob(_ name: StaticString) throws(StorageError) -> [UInt8]? {
    try optionalBlob(try statement.columnIndex(name))
  }
}
