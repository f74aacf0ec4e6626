internal import Platform
internal import Synchronization

/// The one thread that writes. Transactions that wait together share a commit, and so a sync of the disk.
///
/// Each member of a group runs in a savepoint, so one that fails takes back only its own changes. No result, success or
/// refusal, leaves before COMMIT has succeeded: a refusal may rest on what another member of the group wrote.
final class Writer: @unchecked Sendable {  // `connection` is used by the writer's thread alone once that has started
  private let connection: Connection
  private let options: DatabaseOptions
  private let queue: WaitQueue
  private let commits = Atomic<Int>(0)
  private let members = Atomic<Int>(0)
  private let reruns = Atomic<Int>(0)

  /// - Parameter connection: Taken over; not to be used elsewhere after `start`.
  init(connection: Connection, options: DatabaseOptions, watch: DeadlineWatch) {
    self.connection = connection
    self.options = options
    queue = WaitQueue(countMax: options.writeQueueMax, watch: watch)
  }

  var waitingCount: Int { queue.count }

  var statistics: WriterStatistics {
    WriterStatistics(
      commits: commits.load(ordering: .relaxed), members: members.load(ordering: .relaxed), reruns: reruns.load(ordering: .relaxed))
  }

  func put(_ work: WriteWork, handle: WaitHandle?) { queue.put(work, handle: handle) }

  /// Lets nothing in any more; what waits is still done.
  func close() { queue.close() }

  /// Starts the thread.
  ///
  /// - Parameter ended: Called on it when the queue is closed and empty and the write-ahead log is back in the database.
  func start(_ ended: @escaping @Sendable () -> Void) {
    WorkerThread.start(name: "db-writer") { [self] in
      while true {
        switch queue.take() {
        case .work(let work): commitGroup(beginningWith: Self.write(work))
        case .idle: continue
        case .closed:
          checkpoint()
          return ended()
        }
      }
    }
  }

  private func commitGroup(beginningWith first: WriteWork) {
    do {
      try connection.run("BEGIN IMMEDIATE")
    } catch {
      first.fail(error)
      return first.release()
    }
    var group = [first]
    let closesAt = MonotonicInstant.now() + options.groupOpenMax
    var isWhole = runMember(first)
    var endBytes = first.endBytes
    while isWhole, group.count < options.groupMax, endBytes < options.groupEndBytesMax, let next = nextMember(closesAt: closesAt) {
      group.append(next)
      isWhole = runMember(next)
      endBytes += next.endBytes
    }
    if isWhole, commit(group) { return }
    rollBack()
    guard group.count > 1 || !isWhole else { return group[0].release() }
    reruns.wrappingAdd(group.count, ordering: .relaxed)
    for member in group { commitAlone(member) }
  }

  /// What waits right now, if the group may still grow. Nobody waits for company: a sync takes long enough to gather some.
  private func nextMember(closesAt: MonotonicInstant) -> WriteWork? {
    guard MonotonicInstant.now() < closesAt, case .work(let work) = queue.take(idleAt: MonotonicInstant(nanoseconds: 0)) else {
      return nil
    }
    return Self.write(work)
  }

  /// Nothing else is ever put into this queue.
  private static func write(_ work: WaitingWork) -> WriteWork { unsafeDowncast(work, to: WriteWork.self) }

  /// Runs one member of the group in a savepoint.
  ///
  /// - Returns: False if SQLite rolled the whole group back, which some errors make it do (SQLITE_FULL, for one): then even
  ///   the members before are gone, and the next RELEASE would commit on its own.
  private func runMember(_ member: WriteWork) -> Bool {
    do {
      try connection.run("SAVEPOINT member")
      if !member.run(Transaction(connection: connection)) {
        if connection.isAutocommit { return false }
        try connection.run("ROLLBACK TO member")
      }
      try connection.run("RELEASE member")
    } catch {
      member.fail(error)
      // A savepoint that cannot be ended leaves the group in a state that nobody should commit.
      return false
    }
    return !connection.isAutocommit
  }

  /// Does what the members left for the end, commits and releases their results.
  ///
  /// - Returns: False if COMMIT failed and nothing was released; a lone member then has the error as its result.
  private func commit(_ group: [WriteWork]) -> Bool {
    do {
      for member in group where !member.beforeCommitActions.isEmpty { try finish(member) }
      try options.observer?.willCommit(memberCount: group.count)
      try connection.run("COMMIT")
    } catch {
      if group.count == 1 { group[0].fail(error) }
      return false
    }
    commits.wrappingAdd(1, ordering: .relaxed)
    members.wrappingAdd(group.count, ordering: .relaxed)
    options.observer?.didCommit(memberCount: group.count)
    for member in group {
      for action in member.afterCommitActions { action() }
    }
    for member in group { member.release() }
    return true
  }

  /// Does what a member left for the end.
  private func finish(_ member: WriteWork) throws {
    let transaction = Transaction(connection: connection)
    defer { transaction.end() }
    for action in member.beforeCommitActions { try action(transaction) }
    // As in a member: an action that swallowed an error of the database has failed all the same.
    if let failure = transaction.failure { throw failure }
    precondition(transaction.beforeCommitActions.isEmpty, "the end of a commit must leave nothing for its end")
    member.afterCommitActions += transaction.afterCommitActions
  }

  /// Runs one member in a transaction of its own and releases its result whatever comes.
  private func commitAlone(_ member: WriteWork) {
    do {
      try connection.run("BEGIN IMMEDIATE")
    } catch {
      member.fail(error)
      return member.release()
    }
    if member.run(Transaction(connection: connection)), commit([member]) { return }
    rollBack()
    member.release()
  }

  private func rollBack() {
    guard !connection.isAutocommit else { return }
    do {
      try connection.run("ROLLBACK")
    } catch {
      // SQLite documents that a failing ROLLBACK has rolled back all the same; if not, no transaction may run on top of it.
      precondition(connection.isAutocommit, "the database cannot roll back: \(error)")
    }
  }

  private func checkpoint() {
    guard options.checkpointsAtClose else { return }
    // It may fail while another process reads; the log is then folded in by whoever opens the database next.
    _ = try? connection.scalar("PRAGMA wal_checkpoint(TRUNCATE)")
  }
}

/// What the writer has done since it was opened.
public struct WriterStatistics: Sendable, Equatable {
  public var commits: Int
  /// Transactions in those commits.
  public var members: Int
  /// Transactions that ran again because their group was lost.
  public var reruns: Int
}
