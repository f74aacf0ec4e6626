import Glibc
import Jobs
import Logging
import Platform
import Storage
import Synchronization

/// An application with one table whose rows are made by jobs, in a directory of its own.
struct TestJobs {
  static let table =
    JobSchema.tables + "\nCREATE TABLE pages (id INTEGER PRIMARY KEY, state TEXT NOT NULL, written INTEGER NOT NULL DEFAULT 0) STRICT;"
  static let kind: JobKind = "generation"

  let database: Database
  let time: ManualTime
  let queue: JobQueue
  let generation: SharedGeneration

  static func with(limits: JobQueue.Limits = .init(), _ body: (TestJobs) async throws -> Void) async throws {
    let name = "weft-jobs-\(getpid())-\(SystemRandom().word())"
    let directory = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/" + name
    mkdir(directory, 0o700)
    defer {
      for file in ["test.db", "test.db-wal", "test.db-shm"] { unlink(directory + "/" + file) }
      rmdir(directory)
    }
    let database = try Database.open(path: directory + "/test.db")
    let time = ManualTime()
    do {
      try await Migrator(application: "test", migrations: [Migration(number: 1, name: "jobs", sql: table)]).migrate(database)
      let generation = SharedGeneration()
      try await body(
        TestJobs(
          database: database, time: time, queue: JobQueue(database: database, generation: generation, time: time, limits: limits),
          generation: generation))
      await database.close()
    } catch {
      await database.close()
      throw error
    }
  }

  /// The same queue as another process has it: nothing but the database and the generation in common.
  func otherProcess(generation: SharedGeneration? = nil) -> JobQueue {
    JobQueue(database: database, generation: generation ?? self.generation, time: time)
  }

  func runner(
    _ handler: any JobHandler, queue: JobQueue? = nil, limits: JobRunner.Limits = .init(runningMax: 64), process: String = "serve"
  ) -> JobRunner {
    var options = JobRunner.Options()
    options.process = process
    return JobRunner(
      queue: queue ?? self.queue, executor: globalConcurrentExecutor, kinds: [Self.kind: (limits, handler)], options: options,
      random: SeededRandom(seed: 1), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func add(_ reference: Int64, owner: Int64 = 1, delay: Duration = .zero) async throws {
    _ = try await database.write { [queue] transaction in
      try transaction.execute("INSERT INTO pages (id, state) VALUES ($id, 'processing')", ["id": .integer(reference)])
      try queue.enqueue(Self.kind, reference: reference, owner: owner, delay: delay, transaction)
    }
  }

  func cancel(_ reference: Int64, queue: JobQueue? = nil) async throws -> JobQueue.Cancellation {
    try await database.write { [queue = queue ?? self.queue] in try queue.cancel(Self.kind, reference: reference, $0) }
  }

  func state(_ reference: Int64) async throws -> JobState? {
    try await database.read { [queue] in try queue.state(Self.kind, reference: reference, $0) }
  }

  /// What the page says of itself, and how often somebody wrote its result.
  func page(_ id: Int64) async throws -> String {
    try await database.read { transaction in
      try transaction.first("SELECT state, written FROM pages WHERE id = $id", ["id": .integer(id)]) { row in
        "\(try row.text(0)) \(try row.integer(1))"
      } ?? ""
    }
  }

  func jobCount() async throws -> Int64? {
    try await database.read { try $0.integer("SELECT count(*) FROM cw_jobs") }
  }

  /// Waits until `condition` holds, giving way to the others meanwhile.
  static func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
  }
}

/// Writes pages as a test says.
final class PageWriter: JobHandler {
  struct Failed: Error {}

  private let database: Database
  private let queue: JobQueue
  private let body: @Sendable (JobRun) async throws -> Void
  private let begun = Mutex<[Int64]>([])

  /// The references of the jobs whose runs began, in order.
  var references: [Int64] { begun.withLock { $0 } }

  /// - Parameter body: What is done before the result is written.
  init(_ jobs: TestJobs, queue: JobQueue? = nil, _ body: @escaping @Sendable (JobRun) async throws -> Void = { _ in }) {
    database = jobs.database
    self.queue = queue ?? jobs.queue
    self.body = body
  }

  func run(_ run: JobRun) async throws {
    begun.withLock { $0.append(run.job.reference) }
    try await body(run)
    try await write(run)
  }

  func write(_ run: JobRun) async throws {
    try await database.write { [queue] transaction in
      try queue.finish(run.lease, transaction)
      try transaction.execute(
        "UPDATE pages SET state = 'completed', written = written + 1 WHERE id = $id", ["id": .integer(run.job.reference)])
    }
  }

  func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws {
    let state =
      switch failure {
      case .failed(let error): "failed: \(type(of: error))"
      case .gaveUp(_, let attempts): "gave up after \(attempts)"
      case .abandoned(let attempts): "abandoned after \(attempts)"
      case .cancelled: "cancelled"
      case .timeLimit: "time limit"
      }
    try transaction.execute("UPDATE pages SET state = $state WHERE id = $id", ["state": .text(state), "id": .integer(job.reference)])
  }
}

/// Something that runs wait for, until they are told to end.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var arrived = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  /// How many came.
  var count: Int { state.withLock(\.arrived) }
  var isRaised: Bool { state.withLock(\.isOpen) }

  func raise() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func pass(_ run: JobRun) async throws {
    state.withLock { $0.arrived += 1 }
    while !isRaised {
      try run.check()
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits whatever the run is told, as a process does that is held up or dead.
  func passDeaf() async {
    await withCheckedContinuation { waiter in
      let isOpen = state.withLock { state in
        state.arrived += 1
        if !state.isOpen { state.waiters.append(waiter) }
        return state.isOpen
      }
      if isOpen { waiter.resume() }
    }
  }
}
