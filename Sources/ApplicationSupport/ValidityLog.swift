package import Identity
package import Platform
package import Storage
import Synchronization

/// Keeps `TokenValidity` true in every process on one database (architecture, decision 13).
///
/// Whatever changes which tokens hold writes a line of the application's `ValidityLines` in its own transaction. Between the commit and the answer
/// the process takes the change over itself and raises a number in memory that all processes share. Another process sees that number
/// before it judges its next call, reads the lines it does not know, and only then answers.
///
/// A process that dies between commit and raising leaves its line: `heal`, once a second, finds it.
package final class ValidityLog: Sendable {
  /// Lines that are read in one go.
  private static let linesMax: Int64 = 1_000

  package let validity: TokenValidity
  private let lines: any ValidityLines.Type
  private let database: Database
  private let shared: SharedGeneration
  private let time: any TimeSource
  /// The generation whose changes are all in `validity`; none before `start`. Changed on the writer's thread only, as everything in
  /// `afterCommit` is.
  private let generation = Atomic<Int64>(-1)
  /// The last line that is in it.
  private let line = Atomic<Int64>(0)

  package init(
    validity: TokenValidity, lines: any ValidityLines.Type, database: Database, shared: SharedGeneration, time: any TimeSource
  ) {
    self.validity = validity
    self.lines = lines
    self.database = database
    self.shared = shared
    self.time = time
  }

  // MARK: Changes of this process

  /// Makes a user's state hold for tokens from the commit of `transaction` on, before its answer leaves.
  package func follow(_ user: String, _ state: TokenValidity.UserState, _ transaction: Transaction) throws {
    let number = try lines.insert(.user(user), at: time.wallMicroseconds, transaction)
    transaction.afterCommit { [self] in
      validity.set(state, for: user)
      tell(number)
    }
  }

  /// Ends one token from the commit of `transaction` on, before its answer leaves.
  ///
  /// - Parameter expiresAt: Its `exp`, in seconds since 1970.
  package func revoke(tokenID: String, expiresAt: Int64, _ transaction: Transaction) throws {
    let number = try lines.insert(.token(id: tokenID, expiresAt: expiresAt), at: time.wallMicroseconds, transaction)
    transaction.afterCommit { [self] in
      validity.revoke(tokenID: tokenID, expiresAt: expiresAt)
      tell(number)
    }
  }

  private func tell(_ number: Int64) {
    let before = shared.raise()
    // Where another process has raised it in between, the next call finds what that one wrote.
    if generation.load(ordering: .relaxed) == before { generation.store(before + 1, ordering: .releasing) }
    if line.load(ordering: .relaxed) == number - 1 { line.store(number, ordering: .relaxed) }
  }

  // MARK: Changes of others

  /// Whether no other process has changed anything that is not known here: two loads from memory.
  package var isCurrent: Bool { shared.value == generation.load(ordering: .acquiring) }

  /// Learns everything, at start.
  package func start() async throws {
    try await learn { [validity, lines] transaction in
      let users = try lines.unusualUsers(transaction)
      let tokens = try lines.endedTokens(transaction)
      return Lesson(last: try lines.last(transaction), isWhole: true) {
        for user in users { validity.set(user.state, for: user.id) }
        for token in tokens { validity.revoke(tokenID: token.id, expiresAt: token.expiresAt) }
      }
    }
  }

  /// Learns what other processes have changed.
  package func catchUp(deadline: MonotonicInstant? = nil) async throws {
    while try await !learn(deadline: deadline, changes) {}
  }

  /// To be called every second: finds what a process committed and then could not tell.
  package func heal() async throws {
    if try await database.read({ [lines] in try lines.last($0) }) > line.load(ordering: .relaxed) { try await catchUp() }
  }

  /// What was read, and what to do with it once its turn among this process's own changes has come.
  private struct Lesson: Sendable {
    /// The last line that it covers.
    var last: Int64
    /// Whether there was no more to read.
    var isWhole: Bool
    var take: @Sendable () -> Void
  }

  @Sendable private func changes(_ transaction: Transaction) throws -> Lesson {
    let known = line.load(ordering: .relaxed)
    let changes = try lines.changes(after: known, limit: Self.linesMax, transaction)
    return Lesson(last: changes.last?.number ?? known, isWhole: changes.count < Self.linesMax) { [validity] in
      for change in changes {
        switch change.what {
        case .user(let id, let state): validity.set(state, for: id)
        case .token(let id, let expiresAt): validity.revoke(tokenID: id, expiresAt: expiresAt)
        case .nobody: break
        }
      }
    }
  }

  /// Reads by the writer, though nothing is written: so what is learned falls into line with what this process changes, and nothing
  /// older can come after something newer. A commit of nothing costs no sync.
  ///
  /// - Returns: Whether there was no more to learn.
  @discardableResult
  private func learn(deadline: MonotonicInstant? = nil, _ read: @escaping @Sendable (Transaction) throws -> Lesson) async throws -> Bool {
    try await database.write(deadline: deadline) { [self] transaction in
      // Before reading: what is raised later may be of something that is not in what is read.
      let generation = shared.value
      let lesson = try read(transaction)
      transaction.afterCommit { [self] in
        lesson.take()
        line.store(max(lesson.last, line.load(ordering: .relaxed)), ordering: .relaxed)
        if lesson.isWhole { self.generation.store(max(generation, self.generation.load(ordering: .relaxed)), ordering: .releasing) }
      }
      return lesson.isWhole
    }
  }
}
