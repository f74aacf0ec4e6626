import CSQLite
import Testing

@testable import CustomerService

/// How SQLite would answer a statement in a test's database: the very statement, whose text is static everywhere else.
enum QueryPlan {
  struct Unreadable: Error {}

  /// The plan's steps, such as `SEARCH c USING INDEX csa_contracts_of_user (user_id=?)`.
  static func of(_ sql: StaticString, path: String) throws -> [String] {
    var connection: OpaquePointer?
    guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else { throw Unreadable() }
    defer { sqlite3_close(connection) }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(connection, "EXPLAIN QUERY PLAN \(sql)", -1, &statement, nil) == SQLITE_OK else { throw Unreadable() }
    defer { sqlite3_finalize(statement) }
    var steps: [String] = []
    // `detail` is the fourth column.
    while sqlite3_step(statement) == SQLITE_ROW { steps.append(String(cString: sqlite3_column_text(statement, 3))) }
    return steps
  }

  /// Fails if the list or its count sorts, or goes through rows that it does not give.
  ///
  /// - Parameter isWhole: Whether everybody's rows are meant: these are gone through, but in the order of an index and no further
  ///   than the page's end.
  static func expectRanges(
    _ sql: (count: StaticString, list: StaticString), isWhole: Bool, path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for statement in [sql.count, sql.list] {
      let plan = try of(statement, path: path)
      #expect(!plan.isEmpty && !plan.contains { $0.contains("TEMP B-TREE") }, "\(statement): \(plan)", sourceLocation: sourceLocation)
      let scans = plan.filter { $0.hasPrefix("SCAN") }
      let areAllowed = isWhole && scans.allSatisfy { $0.contains(" INDEX ") }
      #expect(scans.isEmpty || areAllowed, "\(statement): \(plan)", sourceLocation: sourceLocation)
    }
  }
}
