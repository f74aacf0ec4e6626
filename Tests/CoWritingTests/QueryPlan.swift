import CSQLite
import Testing

@testable import CoWriting

/// How SQLite would answer a statement in a test's database: the very statement of the store.
enum QueryPlan {
  struct Unreadable: Error { var reason: String }

  /// The plan's steps, such as `SEARCH cw_companies USING INDEX cw_companies_of_user (user_id=?)`.
  static func of(_ sql: StaticString, path: String) throws -> [String] {
    var connection: OpaquePointer?
    guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else { throw Unreadable(reason: path) }
    defer { sqlite3_close(connection) }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(connection, "EXPLAIN QUERY PLAN \(sql)", -1, &statement, nil) == SQLITE_OK else {
      throw Unreadable(reason: String(cString: sqlite3_errmsg(connection)))
    }
    defer { sqlite3_finalize(statement) }
    var steps: [String] = []
    // `detail` is the fourth column.
    while sqlite3_step(statement) == SQLITE_ROW { steps.append(String(cString: sqlite3_column_text(statement, 3))) }
    return steps
  }

  /// Fails if a statement goes through a table, or sorts where it should not. The ids of a page, `json_each($ids) AS page`, are
  /// no table.
  ///
  /// - Parameter maySort: Whether it sorts what an index gave it.
  static func expectSearches(
    _ sql: StaticString, maySort: Bool = false, path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plan = try of(sql, path: path)
    let scans = plan.filter { $0.hasPrefix("SCAN") && $0 != "SCAN CONSTANT ROW" && !$0.hasPrefix("SCAN page VIRTUAL TABLE") }
    #expect(!plan.isEmpty && scans.isEmpty, "\(sql): \(plan)", sourceLocation: sourceLocation)
    #expect(maySort || !plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)", sourceLocation: sourceLocation)
  }

  /// Fails if a list is not one range of an index, sorted only where another order than the index's is asked for.
  static func expectRanges(
    _ usual: ListStatements, _ sorted: ListStatements, _ step: String, path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try of(usual.count, path: path) == [step], sourceLocation: sourceLocation)
    #expect(try of(usual.ids, path: path) == [step], sourceLocation: sourceLocation)
    #expect(try of(sorted.ids, path: path) == [step, "USE TEMP B-TREE FOR ORDER BY"], sourceLocation: sourceLocation)
  }
}
