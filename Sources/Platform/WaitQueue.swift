/// Why a piece of work left its queue without having been done.
public enum WaitFailure: Error, Sendable, Equatable {
  /// The queue was full; trying again later helps.
  case overloaded
  /// Its deadline passed while it was waiting.
  case deadline
  /// Its `WaitHandle` was cancelled while it was waiting.
  case cancelled
  /// The queue takes nothing any more.
  case closed
}

/// A piece of work that waits for a thread. Subclasses carry what is to be done and whom to tell.
open class WaitingWork: @unchecked Sendable {  // handed from the caller to one thread through a queue's lock, never used by two
  /// When it gives up waiting.
  public let deadline: MonotonicInstant

  public init(deadline: MonotonicInstant) { self.deadline = deadline }

  /// Tells whoever waits that nothing was done. Called at most once, by any thread, without a lock.
  open func leave(_ failure: WaitFailure) {}
}

/// A bounded queue in front of threads. What waits leaves at its deadline or when it is cancelled; what was taken no longer can.
///
/// It is not generic on purpose: whoever owns one knows what it has put in, and generic code used from another module
/// is not specialised, which cost a microsecond a call.
public final class WaitQueue: @unchecked Sendable {  // everything mutable is used under `monitor`
  public enum Taken {
    case work(WaitingWork)
    /// Nothing came until `idleAt`.
    case idle
    /// Closed and empty: nothing will come any more.
    case closed
  }

  private let monitor = Monitor()
  private let watch: DeadlineWatch?
  /// A ring with a place for each that may wait; `waiting` of them from `head` on are taken.
  private var ring: [WaitingWork?]
  private var head = 0
  private var waiting = 0
  private var takersWaiting = 0
  private var isClosed = false

  /// - Parameters:
  ///   - countMax: How many may wait, at least 1.
  ///   - watch: Who takes the late ones out; nil if every taker comes by often enough.
  public init(countMax: Int, watch: DeadlineWatch?) {
    precondition(countMax > 0)
    ring = Array(repeating: nil, count: countMax)
    self.watch = watch
    watch?.add(self)
  }

  /// How many are waiting now.
  public var count: Int {
    monitor.lock()
    defer { monitor.unlock() }
    return waiting
  }

  /// Adds work at the end; calls its `leave` if that is refused.
  public func put(_ work: WaitingWork, handle: WaitHandle? = nil) {
    monitor.lock()
    if isClosed || waiting == ring.count {
      let failure = isClosed ? WaitFailure.closed : .overloaded
      monitor.unlock()
      return work.leave(failure)
    }
    append(work)
    if takersWaiting > 0 { monitor.signal() }
    monitor.unlock()
    watch?.note(work.deadline)
    handle?.attach { [weak self, weak work] in
      if let self, let work { self.remove(work) }
    }
  }

  /// Takes the first one that is not late, waiting for it until `idleAt`.
  public func take(idleAt: MonotonicInstant = .never) -> Taken {
    var late: [WaitingWork] = []
    defer { for work in late { work.leave(.deadline) } }
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      while let work = popFirst() {
        if work.deadline > .now() { return .work(work) }
        late.append(work)
      }
      if isClosed { return .closed }
      if !late.isEmpty || idleAt <= .now() { return .idle }
      takersWaiting += 1
      monitor.wait(until: idleAt)
      takersWaiting -= 1
    }
  }

  /// Lets nothing in any more and wakes every taker; what is waiting is still handed out.
  public func close() {
    monitor.lock()
    isClosed = true
    monitor.broadcast()
    monitor.unlock()
  }

  private func append(_ work: WaitingWork) {
    let end = head + waiting
    ring[end < ring.count ? end : end - ring.count] = work
    waiting += 1
  }

  private func popFirst() -> WaitingWork? {
    guard waiting > 0 else { return nil }
    let work = ring[head]
    ring[head] = nil
    head = head + 1 < ring.count ? head + 1 : 0
    waiting -= 1
    return work
  }

  /// Takes out those that `leaves` picks, wherever they stand; the others keep their order. Seldom: it moves everybody.
  private func takeOut(where leaves: (WaitingWork) -> Bool) -> [WaitingWork] {
    var gone: [WaitingWork] = []
    for _ in 0..<waiting {
      guard let work = popFirst() else { break }
      if leaves(work) { gone.append(work) } else { append(work) }
    }
    return gone
  }

  private func remove(_ work: WaitingWork) {
    monitor.lock()
    let gone = takeOut { $0 === work }
    monitor.unlock()
    for work in gone { work.leave(.cancelled) }
  }
}

extension WaitQueue: DeadlineSweeping {
  func leaveLate(now: MonotonicInstant) -> MonotonicInstant {
    var next = MonotonicInstant.never
    monitor.lock()
    let late = takeOut { work in
      if work.deadline <= now { return true }
      next = min(next, work.deadline)
      return false
    }
    monitor.unlock()
    for work in late { work.leave(.deadline) }
    return next
  }
}
