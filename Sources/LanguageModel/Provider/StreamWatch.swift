internal import Platform
internal import Synchronization

/// Breaks streams off that are too slow. One thread for all of them, asleep until the next deadline.
final class StreamWatch: Sendable {
  /// More than may be under way: what found no place would not be watched.
  private static let alarmsMax = 8_192

  private let watch = DeadlineWatch(name: "llm-watch")
  private let queue: WaitQueue

  init() { queue = WaitQueue(countMax: Self.alarmsMax, watch: watch) }

  deinit { watch.stop() }

  /// Begins to watch; ends with `guarded.end()`.
  func begin(_ guarded: StreamGuard) { look(after: guarded) }

  /// Returns at the deadline, or when the task is cancelled.
  func wait(until deadline: MonotonicInstant) async {
    let handle = WaitHandle()
    await withTaskCancellationHandler {
      // Unsafe: resumed exactly once, as an alarm leaves its queue once.
      await withUnsafeContinuation { continuation in
        queue.put(Alarm(deadline: deadline) { _ in continuation.resume() }, handle: handle)
      }
    } onCancel: {
      handle.cancel()
    }
  }

  private func look(after guarded: StreamGuard) {
    guard let deadline = guarded.nextLook else { return }
    // Nobody ever takes it from the queue: it leaves at its deadline, which is what it is there for.
    let handle = WaitHandle()
    guarded.setHandle(handle)
    queue.put(
      Alarm(deadline: deadline) { [weak self] failure in
        if failure == .deadline, !guarded.expire() { self?.look(after: guarded) }
      }, handle: handle)
  }

  private final class Alarm: WaitingWork, @unchecked Sendable {  // as WaitingWork; `ring` never changes
    private let ring: @Sendable (WaitFailure) -> Void

    init(deadline: MonotonicInstant, ring: @escaping @Sendable (WaitFailure) -> Void) {
      self.ring = ring
      super.init(deadline: deadline)
    }

    override func leave(_ failure: WaitFailure) { ring(failure) }
  }
}

/// The deadlines of one stream: for its first sign of life, for the time between two of them, for the whole.
final class StreamGuard: Sendable {
  enum Expiry: Sendable {
    case silent
    case total
  }

  private struct State {
    /// When the stream must have said something again.
    var silentAt: MonotonicInstant
    var isEnded = false
    var expiry: Expiry?
    var handle: WaitHandle?
  }

  private let totalAt: MonotonicInstant
  private let idleMax: Duration
  private let state: Mutex<State>
  private let breakOff: @Sendable () -> Void

  /// - Parameter breakOff: Called at most once, by the watch's thread.
  init(firstAt: MonotonicInstant, idleMax: Duration, totalAt: MonotonicInstant, breakOff: @escaping @Sendable () -> Void) {
    self.totalAt = totalAt
    self.idleMax = idleMax
    self.breakOff = breakOff
    state = Mutex(State(silentAt: firstAt))
  }

  /// Which deadline passed; nil if none did.
  var expiry: Expiry? { state.withLock(\.expiry) }

  /// The stream has said something.
  func touch() {
    let silentAt = MonotonicInstant.now() + idleMax
    state.withLock { $0.silentAt = silentAt }
  }

  func end() {
    let handle = state.withLock { state in
      state.isEnded = true
      return state.handle
    }
    handle?.cancel()
  }

  /// When to look next. No later than after `idleMax`: the first sign of life brings the deadline forward.
  fileprivate var nextLook: MonotonicInstant? {
    let idleAt = MonotonicInstant.now() + idleMax
    return state.withLock { $0.isEnded ? nil : min($0.silentAt, min(idleAt, totalAt)) }
  }

  fileprivate func setHandle(_ handle: WaitHandle) { state.withLock { $0.handle = handle } }

  /// Breaks the stream off if a deadline has passed.
  ///
  /// - Returns: Whether there is nothing more to watch.
  fileprivate func expire() -> Bool {
    let now = MonotonicInstant.now()
    let (isOver, isExpired) = state.withLock { state -> (Bool, Bool) in
      guard !state.isEnded, state.expiry == nil else { return (true, false) }
      guard min(state.silentAt, totalAt) <= now else { return (false, false) }
      state.expiry = totalAt <= now ? .total : .silent
      return (true, true)
    }
    if isExpired { breakOff() }
    return isOver
  }
}
