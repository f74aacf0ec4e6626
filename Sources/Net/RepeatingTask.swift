internal import Synchronization

/// Work that is done again and again on a loop, one run at a time: the next begins when `interval` has passed since the last one ended, or at once after
/// `fireNow()`.
public final class RepeatingTask: @unchecked Sendable {  // every `var` is touched on `loop` only
  private let loop: EventLoop
  private let interval: Duration
  private let body: @Sendable () async -> Void
  private var timer: TimerHandle?
  private var isRunning = false
  private var isWantedAgain = false
  private var isStopped = false
  private var stopWaiters: [UnsafeContinuation<Void, Never>] = []

  /// Begins with a first run as soon as the loop gets to it.
  ///
  /// - Parameter body: Runs on `loop`, so it must not block; it is never run twice at a time.
  public init(loop: EventLoop, every interval: Duration, body: @escaping @Sendable () async -> Void) {
    self.loop = loop
    self.interval = interval
    self.body = body
    loop.execute { self.run() }
  }

  /// Runs the work now, or once more right after a run that is under way. Callable from any thread.
  public func fireNow() {
    loop.execute { self.run() }
  }

  /// Lets no further run begin and returns when the one under way has ended.
  public func stop() async {
    await withUnsafeContinuation { continuation in  // resumed once: at once below, or by `ended`
      loop.execute {
        self.isStopped = true
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timer = nil
        if self.isRunning { self.stopWaiters.append(continuation) } else { continuation.resume() }
      }
    }
  }

  private func run() {
    guard !isStopped else { return }
    guard !isRunning else {
      isWantedAgain = true
      return
    }
    if let timer { loop.cancel(timer) }
    timer = nil
    isRunning = true
    isWantedAgain = false
    Task.immediate(executorPreference: loop) {
      await self.body()
      // Back on the loop whatever executor the work ended on.
      self.loop.execute { self.ended() }
    }
  }

  private func ended() {
    isRunning = false
    guard !isStopped else {
      for waiter in stopWaiters { waiter.resume() }
      stopWaiters = []
      return
    }
    if isWantedAgain { return run() }
    timer = loop.schedule(after: interval) { [weak self] in self?.run() }
  }
}
