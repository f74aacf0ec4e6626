/// A transaction that may write, for the length of a closure.
///
/// Other transactions may share its commit, and the closure may run more than once: it must have no effect outside the
/// database. What should happen once it is durable goes through `afterCommit`.
public final class Transaction: ReadTransaction {
  private(set) var afterCommitActions: [@Sendable () -> Void] = []
  private(set) var beforeCommitActions: [@Sendable (Transaction) throws -> Void] = []
  /// How much that writes, in bytes.
  private(set) var endBytes = 0

  /// Runs one statement for its effect.
  ///
  /// - Returns: The rows that an INSERT, UPDATE or DELETE changed.
  /// - Throws: `StorageError.constraint` if a rule of the table refuses the row.
  @discardableResult
  public func execute(_ sql: StaticString, _ parameters: SQLParameters = [:]) throws(StorageError) -> Int {
    let statement = try begin(sql, parameters)
    defer { statement.reset() }
    return try recording { () throws(StorageError) in
      while try statement.step() {}
      return connection.changes
    }
  }

  /// Has `action` called after all transactions that share the commit and before it: they become durable together. For what is
  /// much cheaper in one piece, such as writing a search index, which would leave a segment for each savepoint.
  ///
  /// Nothing that runs in between sees its effect. An error fails this transaction alone, as one of its own would. A transaction
  /// that fails or is run again drops its actions. An action may use `afterCommit`, but leave nothing more for the end.
  ///
  /// - Parameter bytes: About how much it writes, and keeps in memory until then: what ends a group
  ///   (`DatabaseOptions.groupEndBytesMax`).
  public func beforeCommit(bytes: Int, _ action: @escaping @Sendable (Transaction) throws -> Void) {
    beforeCommitActions.append(action)
    endBytes += bytes
  }

  /// Rows that this connection has changed so far, for those that count what a statement did behind the scenes.
  var totalChanges: Int { connection.totalChanges }

  /// Has `action` called on the writer's thread once the transaction is durable and before its result is released, so
  /// that whoever sees the answer sees the action's effect too.
  ///
  /// It must be short, must not block and must not call the database. A transaction that fails or is run again drops its
  /// actions.
  public func afterCommit(_ action: @escaping @Sendable () -> Void) { afterCommitActions.append(action) }

  /// Runs any number of statements, for migrations.
  func runScript(_ sql: String) throws(StorageError) {
    try recording { () throws(StorageError) in try connection.runScriptInTransaction(sql) }
  }
}
