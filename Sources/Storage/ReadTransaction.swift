internal import Platform

/// A view of the database at one moment, for the length of a closure.
///
/// It is used by one thread and must not leave the closure that receives it.
public class ReadTransaction {
  let connection: Connection
  /// The first statement that failed. Nothing runs after it, because PostgreSQL would not go on either.
  private(set) var failure: StorageError?
  private var isOpen = true
  private let hold: MemoryHold?
  private var heldBytes = 0

  init(connection: Connection, hold: MemoryHold? = nil) {
    self.connection = connection
    self.hold = hold
  }

  /// Every row of a query.
  ///
  /// - Parameters:
  ///   - sql: One statement; also an INSERT, UPDATE or DELETE with RETURNING in a `Transaction`.
  ///   - parameters: A value for each `$name` of the statement, no more and no fewer.
  ///   - body: Makes a value of a row. It must not keep the row.
  /// - Throws: `StorageError`, and whatever `body` throws.
  public func query<Value>(
    _ sql: StaticString, _ parameters: SQLParameters = [:], _ body: (borrowing Row) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    try rows(sql, parameters) { row in
      values.append(try body(row))
      return true
    }
    return values
  }

  /// The first row of a query, nil if there is none. The statement is run to its end, so a RETURNING changes every row it means.
  public func first<Value>(
    _ sql: StaticString, _ parameters: SQLParameters = [:], _ body: (borrowing Row) throws -> Value
  ) throws -> Value? {
    var value: Value?
    try rows(sql, parameters) { row in
      if value == nil { value = try body(row) }
      return true
    }
    return value
  }

  /// The one integer of a query such as `SELECT count(*)`; nil without a row.
  public func integer(_ sql: StaticString, _ parameters: SQLParameters = [:]) throws -> Int64? {
    try first(sql, parameters) { row throws(StorageError) in try row.integer(0) }
  }

  /// Goes through the rows of a query until `body` returns false.
  public func rows(
    _ sql: StaticString, _ parameters: SQLParameters = [:], _ body: (borrowing Row) throws -> Bool
  ) throws {
    let statement = try begin(sql, parameters)
    defer { statement.reset() }
    while try recording({ () throws(StorageError) in try statement.step() }) {
      let goesOn = try body(Row(statement: statement))
      try holdBytes(statement.takeBytesRead())
      if !goesOn { return }
    }
  }

  private func holdBytes(_ count: Int) throws(StorageError) {
    heldBytes += count
    if let hold, !hold.grew(to: heldBytes) { try recording { () throws(StorageError) in throw .noRoom } }
  }

  /// A prepared statement with its parameters set; the caller resets it.
  func begin(_ sql: StaticString, _ parameters: SQLParameters) throws(StorageError) -> Statement {
    precondition(isOpen, "a transaction must not be used outside its closure")
    if let failure { throw failure }
    return try recording { () throws(StorageError) in
      let statement = try connection.statement(sql)
      do throws(StorageError) {
        try statement.bind(parameters)
      } catch {
        statement.reset()
        throw error
      }
      statement.isInUse = true
      return statement
    }
  }

  /// Remembers an error of the database, so that swallowing it does not help.
  func recording<Value>(_ body: () throws(StorageError) -> Value) throws(StorageError) -> Value {
    do {
      return try body()
    } catch {
      failure = failure ?? error
      throw error
    }
  }

  /// Ends the use of this object.
  func end() { isOpen = false }
}
