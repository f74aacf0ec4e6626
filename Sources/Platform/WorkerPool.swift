internal import Synchronization

/// Threads that do blocking work one piece at a time, behind a bounded queue.
///
/// Each thread has a `Context` of its own (a database connection, a block of memory) that never leaves it.
public final class WorkerPool<Context>: Sendable {
  public struct Options: Sendable {
    public var name: String
    public var threads: Int
    /// How many pieces may wait; the next one is refused with `.overloaded`.
    public var queueMax: Int
    /// How long a piece waits at most if its caller sets no earlier deadline.
    public var waitMax: Duration
    public var niceness: Int32
    /// After how long without work a thread calls `onIdle`, once until work comes again; nil for never.
    public var idleAfter: Duration?

    public init(
      name: String, threads: Int, queueMax: Int, waitMax: Duration = .seconds(30), niceness: Int32 = 0, idleAfter: Duration? = nil
    ) {
      self.name = name
      self.threads = threads
      self.queueMax = queueMax
      self.waitMax = waitMax
      self.niceness = niceness
      self.idleAfter = idleAfter
    }
  }

  private struct Running {
    var threads: Int
    var closers: [UnsafeContinuation<Void, Never>] = []
  }

  private let options: Options
  private let watch: DeadlineWatch
  private let ownsWatch: Bool
  private let queue: WaitQueue
  private let running: Mutex<Running>
  private let makeContext: @Sendable (Int) -> Context
  private let onIdle: @Sendable (Context) -> Void

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - watch: Shared with other queues; nil for one of its own.
  ///   - makeContext: Called once on each thread with the thread's number.
  ///   - onIdle: Called on the thread after `idleAfter` without work.
  public init(
    options: Options, watch: DeadlineWatch? = nil, makeContext: @escaping @Sendable (Int) -> Context,
    onIdle: @escaping @Sendable (Context) -> Void = { _ in }
  ) {
    precondition(options.threads > 0)
    self.options = options
    self.watch = watch ?? DeadlineWatch(name: options.name + "-watch")
    ownsWatch = watch == nil
    queue = WaitQueue(countMax: options.queueMax, watch: self.watch)
    running = Mutex(Running(threads: options.threads))
    self.makeContext = makeContext
    self.onIdle = onIdle
    for index in 0..<options.threads {
      WorkerThread.start(name: "\(options.name)-\(index)", niceness: options.niceness) { [self] in
        work(index)
        threadEnded()
      }
    }
  }

  /// How many pieces are waiting now.
  public var waitingCount: Int { queue.count }

  /// Does `body` on one of the threads.
  ///
  /// - Parameters:
  ///   - deadline: When to give up waiting for a thread.
  ///   - handle: Takes the piece back while it waits.
  public func run<Value: Sendable>(
    deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil, _ body: @escaping @Sendable (Context) -> Value
  ) async throws(WaitFailure) -> Value {
    let latest = MonotonicInstant.now() + options.waitMax
    // Unsafe: resumed exactly once, by `run` or `leave` of the piece, which the queue calls one of, once.
    let result = await withUnsafeContinuation { continuation in
      queue.put(
        TypedPoolWork(deadline: min(deadline ?? latest, latest), body: body, continuation: continuation), handle: handle)
    }
    return try result.get()
  }

  /// Has `body` done on one of the threads; nobody waits for it.
  ///
  /// - Parameter orElse: Called instead if it is refused or waits too long, by any thread, without a lock.
  public func submit(_ body: @escaping @Sendable (Context) -> Void, orElse: @escaping @Sendable (WaitFailure) -> Void) {
    queue.put(DetachedPoolWork(deadline: .now() + options.waitMax, body: body, refused: orElse))
  }

  /// Takes no new work, finishes what is waiting, ends the threads.
  public func close() async {
    queue.close()
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isDone = running.withLock { running in
        if running.threads > 0 { running.closers.append(continuation) }
        return running.threads == 0
      }
      if isDone { continuation.resume() }
    }
  }

  private func work(_ index: Int) {
    let context = makeContext(index)
    var idleAt = MonotonicInstant.never
    while true {
      switch queue.take(idleAt: idleAt) {
      case .work(let work):
        // Nothing else is ever put into this queue.
        unsafeDowncast(work, to: PoolWork<Context>.self).run(context)
        idleAt = options.idleAfter.map { .now() + $0 } ?? .never
      case .idle:
        // Sending a late piece away ends a wait early.
        guard idleAt <= .now() else { continue }
        onIdle(context)
        idleAt = .never
      case .closed:
        return
      }
    }
  }

  private func threadEnded() {
    let closers = running.withLock { running in
      running.threads -= 1
      return running.threads == 0 ? running.closers : []
    }
    if running.withLock({ $0.threads == 0 }), ownsWatch { watch.stop() }
    for closer in closers { closer.resume() }
  }
}

private class PoolWork<Context>: WaitingWork, @unchecked Sendable {  // as WaitingWork: one thread after another
  func run(_ context: Context) {}
}

private final class TypedPoolWork<Context, Value: Sendable>: PoolWork<Context>, @unchecked Sendable {  // as WaitingWork
  private let body: @Sendable (Context) -> Value
  private let continuation: UnsafeContinuation<Result<Value, WaitFailure>, Never>

  init(
    deadline: MonotonicInstant, body: @escaping @Sendable (Context) -> Value,
    continuation: UnsafeContinuation<Result<Value, WaitFailure>, Never>
  ) {
    self.body = body
    self.continuation = continuation
    super.init(deadline: deadline)
  }

  override func run(_ context: Context) { continuation.resume(returning: .success(body(context))) }

  override func leave(_ failure: WaitFailure) { continuation.resume(returning: .failure(failure)) }
}

private final class DetachedPoolWork<Context>: PoolWork<Context>, @unchecked Sendable {  // as WaitingWork
  private let body: @Sendable (Context) -> Void
  private let refused: @Sendable (WaitFailure) -> Void

  init(
    deadline: MonotonicInstant, body: @escaping @Sendable (Context) -> Void, refused: @escaping @Sendable (WaitFailure) -> Void
  ) {
    self.body = body
    self.refused = refused
    super.init(deadline: deadline)
  }

  override func run(_ context: Context) { body(context) }

  override func leave(_ failure: WaitFailure) { refused(failure) }
}
