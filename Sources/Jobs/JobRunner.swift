public import Logging
public import Platform
internal import Storage
internal import Synchronization

/// Runs the jobs of a queue in this process, each kind as many at once as it may.
///
/// `turn` does the housekeeping and is to be called every `turnInterval`, and at once when `onWanted` says so: it extends leases, hears
/// of cancellations, begins jobs. With nothing to do a turn reads one word of memory. Jobs themselves run on the executor.
public final class JobRunner: Sendable {
  /// What a kind may use.
  public struct Limits: Sendable {
    /// Jobs that run at once in this process.
    public var runningMax: Int
    /// How often a job may be begun, crashes included.
    public var attemptsMax: Int
    /// How long one run may take.
    public var timeMax: Duration

    public init(runningMax: Int, attemptsMax: Int = 3, timeMax: Duration = .seconds(900)) {
      precondition(runningMax > 0 && attemptsMax > 0)
      self.runningMax = runningMax
      self.attemptsMax = attemptsMax
      self.timeMax = timeMax
    }
  }

  public struct Options: Sendable {
    /// What kind of process this is, such as `serve`; letters only. See `JobQueue.reclaim`.
    public var process = "serve"
    /// How soon jobs and cancellations of a process that could not say so are found, and jobs whose time has come.
    public var lookInterval = Duration.milliseconds(500)

    public init() {}
  }

  /// What has become of jobs so far.
  public struct Statistics: Sendable, Equatable {
    public var begun = 0
    public var finished = 0
    public var failed = 0
    public var retried = 0
    public var handedBack = 0
    public var leasesLost = 0
  }

  /// How often `turn` is to be called.
  public static let turnInterval = Duration.milliseconds(250)
  /// A third of a lease: two extensions in a row may fail.
  private static let extensionInterval = JobMoment.lease / 3
  /// How long runs have to end after they were told to.
  private static let endMax = Duration.seconds(5)
  /// How often a job's failure is tried to be written, a lease apart, before the job goes without.
  private static let failuresMax = 3
  /// How long the database may let a turn wait.
  private static let databaseMax = Duration.seconds(5)
  /// By how much wall time may differ from time before the wall clock was set.
  private static let stepMin = Duration.seconds(1)

  private struct Kind {
    var limits: Limits
    var handler: any JobHandler
  }

  private struct State {
    /// By the run, not by the job: one that was told to end and has not may still be there when its job is begun again.
    var running: [ObjectIdentifier: JobRun] = [:]
    var isTurning = false
    /// Of each kind.
    var turns: [JobKind: JobTurns] = [:]
    /// Something changed since the last look.
    var isWanted = true
    var seenChanges: Int64 = -1
    var looksAt = MonotonicInstant(nanoseconds: 0)
    var extendsAt = MonotonicInstant.never
    /// Both clocks at the last turn.
    var lastWall: Int64?
    var lastMonotonic = MonotonicInstant(nanoseconds: 0)
    /// Set by `drain`: when what runs is told to end.
    var endsAt: MonotonicInstant?
    var drainWaiters: [UnsafeContinuation<Void, Never>] = []
    var onWanted: (@Sendable () -> Void)?
    var statistics = Statistics()

    /// Those who wait for a drain that is over.
    mutating func takeDrainWaiters() -> [UnsafeContinuation<Void, Never>] {
      guard running.isEmpty, !isTurning, endsAt != nil else { return [] }
      defer { drainWaiters = [] }
      return drainWaiters
    }
  }

  private let queue: JobQueue
  private let executor: any TaskExecutor
  private let kinds: [(kind: JobKind, Kind)]
  private let options: Options
  private let holder: String
  private let random: any RandomSource
  private let logger: Logger
  private let state = Mutex(State())

  private var time: any TimeSource { queue.time }

  /// - Parameters:
  ///   - executor: Where handlers run: an event loop.
  ///   - kinds: What this process runs, and by whom.
  public init(
    queue: JobQueue, executor: any TaskExecutor, kinds: [JobKind: (limits: Limits, handler: any JobHandler)], options: Options = Options(),
    random: any RandomSource = SystemRandom(), logger: Logger
  ) {
    precondition(!options.process.isEmpty && options.process.utf8.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
    self.queue = queue
    self.executor = executor
    self.kinds = kinds.sorted { $0.key.name < $1.key.name }.map { ($0.key, Kind(limits: $0.value.limits, handler: $0.value.handler)) }
    self.options = options
    self.random = random
    self.logger = logger
    holder = "\(options.process)-\(String(random.word(), radix: 16))"
    _ = queue.onChange { [weak self] in self?.want() }
  }

  /// Has `action` called when a turn has something to do now. From any thread; it must not block.
  public func onWanted(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onWanted = action } }

  public var statistics: Statistics { state.withLock(\.statistics) }

  /// How many jobs run now.
  public var runningCount: Int { state.withLock { $0.running.count } }

  /// Begins no further jobs, lets those that run end within `grace`, tells the rest to end and hands them back. Returns when none is left,
  /// or 5 s after they were told; what then still runs has lost its lease soon. Turns must go on meanwhile.
  public func drain(grace: Duration = .seconds(20)) async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in  // resumed once, by whoever takes it from the state
      let isDone = state.withLock { state in
        let endsAt = time.monotonic + grace
        state.endsAt = state.endsAt.map { min($0, endsAt) } ?? endsAt
        let isIdle = state.running.isEmpty && !state.isTurning
        if !isIdle { state.drainWaiters.append(continuation) }
        return isIdle
      }
      if isDone { continuation.resume() }
    }
  }

  /// Looks after what runs and begins what may. Calls that come while one is under way return at once and are made good by it.
  public func turn() async {
    let begins = state.withLock { state in
      if state.isTurning { return false }
      state.isTurning = true
      return true
    }
    guard begins else { return }
    repeat {
      endLateRuns()
      do {
        if isExtensionDue() { try await extendLeases() }
        if let look = takeLook() {
          if look == .atEverything { try await hearOfCancellations() }
          try await beginJobs()
        }
      } catch {
        logger.error("the table of jobs could not be read or written", metadata: ["error": "\(error)"])
        break
      }
    } while state.withLock { $0.isWanted }
    let waiters = state.withLock { state in
      state.isTurning = false
      return state.takeDrainWaiters()
    }
    for waiter in waiters { waiter.resume() }
  }

  private func want() {
    let action = state.withLock { state in
      state.isWanted = true
      return state.onWanted
    }
    action?()
  }

  // MARK: A turn

  /// Tells those to end that took too long, that could not keep their lease, or that a drain no longer waits for.
  private func endLateRuns() {
    let now = time.monotonic
    let (runs, endsAt, waiters) = state.withLock { state in
      let isOver = state.endsAt.map { $0 + Self.endMax <= now } ?? false
      defer { if isOver { state.drainWaiters = [] } }
      return (Array(state.running.values), state.endsAt, isOver ? state.drainWaiters : [])
    }
    for run in runs {
      if run.heldUntil <= now { run.end(.leaseLost) }
      if run.deadline <= now { run.end(.timeLimit) }
      if let endsAt, endsAt <= now { run.end(.draining) }
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Whether it is time to extend, or the wall clock was set since the last turn, which puts every lease in doubt.
  private func isExtensionDue() -> Bool {
    let (wall, now) = (time.wallMicroseconds, time.monotonic)
    return state.withLock { state in
      defer {
        state.lastWall = wall
        state.lastMonotonic = now
      }
      guard !state.running.isEmpty else { return false }
      if state.extendsAt <= now { return true }
      guard let lastWall = state.lastWall else { return false }
      let step = Duration.microseconds(wall - lastWall) - (now - state.lastMonotonic)
      return step > Self.stepMin || step < .zero - Self.stepMin
    }
  }

  private func extendLeases() async throws {
    // A run that was told to end gets no more time than it has: one that does not end must not keep its job from others for ever.
    let runs = state.withLock { state in state.running.values.filter { $0.stop == nil && !$0.lease.isFinished } }
    let start = time.monotonic
    let lost: [Int64] = try await queue.database.write(deadline: .now() + Self.databaseMax) { [time] transaction in
      let moment = JobMoment(time)
      return try runs.filter { try !JobStore.extend($0.lease, until: moment.leaseUntil, transaction) }.map(\.job.id)
    }
    for run in runs {
      if !lost.contains(run.job.id) {
        run.heldUntil = start + JobMoment.lease
      } else if !run.lease.isFinished {
        run.end(.leaseLost)
      }
    }
    state.withLock { $0.extendsAt = start + Self.extensionInterval }
  }

  private enum Look {
    /// A slot is free again.
    case forJobs
    case atEverything
  }

  /// What there is a reason to look for in the table; takes it.
  private func takeLook() -> Look? {
    let now = time.monotonic
    // Read before the table: a change that comes in between is looked for once more.
    let changes = queue.changes
    return state.withLock { state in
      let isChanged = state.seenChanges != changes || state.looksAt <= now
      guard state.isWanted || isChanged else { return nil }
      state.isWanted = false
      guard isChanged else { return .forJobs }
      state.seenChanges = changes
      state.looksAt = now + options.lookInterval
      return .atEverything
    }
  }

  private func hearOfCancellations() async throws {
    let runs = state.withLock { state in state.running.values.filter { $0.stop == nil } }
    guard !runs.isEmpty else { return }
    let held = try await queue.database.read(deadline: .now() + Self.databaseMax) { [holder] in try JobStore.held(by: holder, $0) }
    for run in runs {
      guard let row = held[run.job.id], row.fence == run.lease.fence else {
        if !run.lease.isFinished { run.end(.leaseLost) }
        continue
      }
      if row.isCancelled { run.end(.cancelled) }
    }
  }

  private func beginJobs() async throws {
    let free: [(kind: JobKind, Kind, count: Int, turns: JobTurns)] = state.withLock { state in
      guard state.endsAt == nil else { return [] }
      return kinds.compactMap { kind, entry in
        let count = entry.limits.runningMax - state.running.values.count { $0.job.kind == kind }
        return count > 0 ? (kind, entry, count, state.turns[kind] ?? JobTurns()) : nil
      }
    }
    for (kind, entry, count, turns) in free {
      // Planned beside the writer, which then only takes rows by their ids; a plan that another process was faster with is made anew.
      let plan = try await queue.database.read(deadline: .now() + Self.databaseMax) { [time] in
        try JobPlan.make(kind, count: count, after: turns, JobMoment(time), $0)
      }
      guard !plan.ids.isEmpty else { continue }
      let start = time.monotonic
      let taken = try await queue.database.write(deadline: .now() + Self.databaseMax) { [time, holder] transaction in
        let moment = JobMoment(time)
        return try plan.ids.compactMap { try JobStore.take(id: $0, holder: holder, moment, transaction) }
      }
      state.withLock { state in
        for (job, _) in taken { state.turns[kind, default: JobTurns()].note(job.owner) }
        state.turns[kind]?.keep(plan.owners)
      }
      for (job, lease) in taken { begin(job, lease, entry, start) }
      if taken.count < plan.ids.count { state.withLock { $0.isWanted = true } }
    }
  }

  // MARK: A run

  private func begin(_ job: Job, _ lease: JobLease, _ kind: Kind, _ start: MonotonicInstant) {
    let run = JobRun(job, lease, deadline: start + kind.limits.timeMax, heldUntil: start + JobMoment.lease)
    state.withLock { state in
      if state.running.isEmpty { state.extendsAt = start + Self.extensionInterval }
      state.running[ObjectIdentifier(run)] = run
      state.statistics.begun += 1
    }
    run.setTask(
      Task.immediate(executorPreference: executor) { [self] in
        await perform(run, kind)
        ended(run)
      })
  }

  private func ended(_ run: JobRun) {
    let waiters = state.withLock { state in
      state.running[ObjectIdentifier(run)] = nil
      return state.takeDrainWaiters()
    }
    for waiter in waiters { waiter.resume() }
    want()
  }

  private func perform(_ run: JobRun, _ kind: Kind) async {
    let job = run.job
    if job.isCancelled { return await settle(run, kind, .fail(.cancelled)) }
    if job.attempts > kind.limits.attemptsMax + Self.failuresMax { return await settle(run, kind, .drop) }
    if job.attempts > kind.limits.attemptsMax { return await settle(run, kind, .fail(.abandoned(attempts: job.attempts - 1))) }
    do {
      try await kind.handler.run(run)
      if run.lease.isFinished { return count { $0.finished += 1 } }
      await settle(run, kind, ending(of: run, kind, after: ResultMissing()))
    } catch {
      if run.lease.isFinished { return count { $0.finished += 1 } }
      await settle(run, kind, ending(of: run, kind, after: error))
    }
  }

  private enum Ending {
    /// Not even its failure can be written.
    case drop
    case fail(JobFailure)
    case retry(any Error, after: Duration, counts: Bool)
    case handBack
    case leaseLost
  }

  /// What is to become of a job whose run ended without a result.
  private func ending(of run: JobRun, _ kind: Kind, after error: any Error) -> Ending {
    switch run.stop {
    case .leaseLost: return .leaseLost
    case .draining: return .handBack
    case .cancelled: return .fail(.cancelled)
    case .timeLimit: return .fail(.timeLimit(kind.limits.timeMax))
    case nil: break
    }
    switch error {
    case is LeaseLost: return .leaseLost
    case JobStop.cancelled: return .fail(.cancelled)
    case let retry as JobRetry where !retry.counts:
      return .retry(retry.cause, after: RetryDelay.after(attempts: 1, least: retry.after, random: random), counts: false)
    case let retry as JobRetry: return retryEnding(run.job, kind, retry.cause, after: retry.after)
    // The database was busy, not the job wrong.
    case StorageError.busy, StorageError.overloaded, StorageError.deadline, StorageError.noRoom, StorageError.timeLimit:
      return retryEnding(run.job, kind, error, after: nil)
    default: return .fail(.failed(error))
    }
  }

  private func retryEnding(_ job: Job, _ kind: Kind, _ cause: any Error, after: Duration?) -> Ending {
    guard job.attempts < kind.limits.attemptsMax else { return .fail(.gaveUp(cause, attempts: job.attempts)) }
    return .retry(cause, after: RetryDelay.after(attempts: job.attempts, least: after, random: random), counts: true)
  }

  /// Writes what becomes of the job. If even that fails, its lease runs out and it is begun again.
  private func settle(_ run: JobRun, _ kind: Kind, _ ending: Ending) async {
    let job = run.job
    do {
      switch ending {
      case .drop:
        try await queue.database.write { [queue] in try queue.remove(run.lease, $0) }
        count { $0.failed += 1 }
        logger.error("job dropped: its failure cannot be written", metadata: Self.metadata(job))
      case .fail(let failure):
        try await queue.database.write { [queue] transaction in
          try queue.remove(run.lease, transaction)
          try kind.handler.fail(job, failure, transaction)
        }
        count { $0.failed += 1 }
        logger.notice("job failed", metadata: Self.metadata(job, ["failure": "\(failure)"]))
      case .retry(let cause, let delay, let counts):
        let isHeld = try await queue.database.write { [time] transaction in
          try JobStore.giveBack(
            run.lease, runAfter: time.wallMicroseconds + delay.wholeNanoseconds / 1_000, counts: counts, error: Self.text(cause),
            transaction)
        }
        guard isHeld else { throw LeaseLost(jobID: job.id) }
        count { $0.retried += 1 }
        logger.log(
          level: counts ? .info : .debug, "job put off",
          metadata: Self.metadata(job, ["error": "\(Self.text(cause))", "delay": "\(delay)"]))
      case .handBack:
        _ = try await queue.database.write {
          try JobStore.giveBack(run.lease, runAfter: nil, counts: false, error: nil, $0)
        }
        count { $0.handedBack += 1 }
      case .leaseLost: throw LeaseLost(jobID: job.id)
      }
    } catch is LeaseLost {
      count { $0.leasesLost += 1 }
      logger.warning("job's lease lost", metadata: Self.metadata(job))
    } catch {
      logger.error("a job's end could not be written; it will be begun again", metadata: Self.metadata(job, ["error": "\(error)"]))
    }
  }

  private func count(_ change: (inout Statistics) -> Void) { state.withLock { change(&$0.statistics) } }

  private static func metadata(_ job: Job, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
    more.merging(
      ["job": "\(job.id)", "kind": "\(job.kind)", "reference": "\(job.reference)", "attempt": "\(job.attempts)"], uniquingKeysWith: { $1 })
  }

  /// An error in at most 500 characters, for the table and the log.
  private static func text(_ error: any Error) -> String { String("\(error)".prefix(500)) }
}
