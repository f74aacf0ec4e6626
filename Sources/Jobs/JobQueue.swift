public import Platform
public import Storage
internal import Synchronization

/// The jobs of an application: asked for, looked at and cancelled in its own transactions, so that a job is there exactly if the row
/// that it is about is.
///
/// `JobRunner` runs them, in this process or in others on the same database.
public final class JobQueue: Sendable {
  /// How many jobs may be there, waiting or running; the next one is refused.
  public struct Limits: Sendable {
    /// Of one kind.
    public var jobsMax = 20_000
    /// Of one kind and owner.
    public var jobsOfOwnerMax = 2_000

    public init() {}
  }

  /// Who wants to know of new jobs and of cancellations.
  private struct Listener {
    var number: Int
    var action: @Sendable () -> Void
  }

  private struct State {
    var listeners: [Listener] = []
    var lastNumber = 0
  }

  let database: Database
  let time: any TimeSource
  private let generation: SharedGeneration
  private let limits: Limits
  private let state = Mutex(State())

  /// - Parameters:
  ///   - database: Has `JobSchema.tables`.
  ///   - generation: Shared with the other processes on the data directory, for jobs alone: it wakes them.
  public init(
    database: Database, generation: SharedGeneration = SharedGeneration(), time: any TimeSource = SystemTime(), limits: Limits = Limits()
  ) {
    self.database = database
    self.generation = generation
    self.time = time
    self.limits = limits
  }

  // MARK: In a transaction of the application

  /// Asks for a job. It is begun as soon as a slot is free, once the transaction is durable.
  ///
  /// - Parameters:
  ///   - reference: The id of the row that it is about; a row has at most one job of a kind at a time.
  ///   - owner: Whose it is.
  ///   - delay: How long it is to wait at least.
  /// - Throws: `JobQueueFull`; `StorageError.constraint(.unique)` if the row has such a job.
  @discardableResult
  public func enqueue(
    _ kind: JobKind, reference: Int64, owner: Int64, delay: Duration = .zero, _ transaction: Transaction
  ) throws -> Int64 {
    if try JobStore.hasAtLeast(limits.jobsOfOwnerMax, kind, owner: owner, transaction) { throw JobQueueFull(share: .owner) }
    if try JobStore.hasAtLeast(limits.jobsMax, kind, owner: nil, transaction) { throw JobQueueFull(share: .all) }
    let now = time.wallMicroseconds
    let id = try JobStore.insert(
      kind, reference: reference, owner: owner, now: now, runAfter: now + delay.wholeNanoseconds / 1_000, transaction)
    transaction.afterCommit { [self] in changed() }
    return id
  }

  /// What became of a wish to cancel.
  public enum Cancellation: Sendable, Equatable {
    /// It had not begun and is gone; the caller says so in the row that it was about.
    case removed
    /// It runs, or did a moment ago: within a second its run hears of it, and its handler's `fail` says so in the row.
    case asked
    /// There is no such job: it has ended.
    case absent
  }

  public func cancel(_ kind: JobKind, reference: Int64, _ transaction: Transaction) throws -> Cancellation {
    if try JobStore.removeWaiting(kind, reference: reference, transaction) { return .removed }
    guard try JobStore.setCancelled(kind, reference: reference, transaction) else { return .absent }
    transaction.afterCommit { [self] in changed() }
    return .asked
  }

  /// How a job stands; nil if there is none.
  public func state(_ kind: JobKind, reference: Int64, _ transaction: ReadTransaction) throws -> JobState? {
    try JobStore.state(kind, reference: reference, JobMoment(time), transaction)
  }

  /// How many jobs of each kind wait and run, in all processes.
  public func counts(_ transaction: ReadTransaction) throws -> [(kind: JobKind, waiting: Int, running: Int)] {
    try JobStore.counts(JobMoment(time), transaction)
  }

  // MARK: In a transaction of the job's handler

  /// Ends a job. In the transaction that writes its result: either both happen or neither, and only once.
  ///
  /// - Throws: `LeaseLost` if another run may have begun; `JobStop.cancelled` if somebody asked for the job's end before.
  public func finish(_ lease: JobLease, _ transaction: Transaction) throws {
    try check(lease, transaction)
    try remove(lease, transaction)
  }

  /// Sees that a job is still this run's. In each transaction that writes what there is of a result so far.
  ///
  /// - Throws: As `finish`.
  public func check(_ lease: JobLease, _ transaction: ReadTransaction) throws {
    guard let isCancelled = try JobStore.isCancelled(lease, transaction) else { throw LeaseLost(jobID: lease.jobID) }
    if isCancelled { throw JobStop.cancelled }
  }

  /// Ends a job, cancelled or not.
  func remove(_ lease: JobLease, _ transaction: Transaction) throws {
    guard try JobStore.remove(lease, transaction) else { throw LeaseLost(jobID: lease.jobID) }
    transaction.afterCommit { lease.setFinished() }
  }

  // MARK: For processes

  /// To be called at the start of a process of which there is one on a data directory: what the last one was running when it was killed
  /// need not wait for its leases to run out.
  ///
  /// - Parameter process: As its `JobRunner.Options`.
  /// - Returns: How many jobs that were.
  @discardableResult
  public func reclaim(process: String) async throws -> Int {
    try await database.write { try JobStore.releaseAll(prefix: process, $0) }
  }

  /// What the generation is, to notice other processes' changes.
  var changes: Int64 { generation.value }

  /// Has `action` called after each change; it must be short and must not block.
  func onChange(_ action: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.lastNumber += 1
      state.listeners.append(Listener(number: state.lastNumber, action: action))
      return state.lastNumber
    }
  }

  func forgetListener(_ number: Int) { state.withLock { $0.listeners.removeAll { $0.number == number } } }

  private func changed() {
    generation.raise()
    for listener in state.withLock(\.listeners) { listener.action() }
  }
}
