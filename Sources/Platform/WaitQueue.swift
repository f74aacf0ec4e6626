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
public final class WaitQueue<Work: WaitingWork>: @unchecked Sendable {  // everything mutable is used under `monitor`
  public enum Taken {
    case work(Work)
    /// Nothing came until `idleAt`.
    case idle
    /// Closed and empty: nothing will come any more.
    case closed
  }

  private let monitor = Monitor()
  private let countMax: Int
  private let watch: DeadlineWatch?
  private var items: [Work?] = []
  private var head = 0
  private var takersWaiting = 0
  private var isClosed = false

  /// - Parameters:
  ///   - countMax: How many may wait, at least 1.
  ///   - watch: Who takes the late ones out; nil if every taker comes by often enough.
  public init(countMax: Int, watch: DeadlineWatch?) {
    precondition(countMax > 0)
    self.countMax = countMax
    self.watch = watch
    watch?.add(self)
  }

  /// How many are waiting now.
  public var count: Int {
    monitor.lock()
    defer { monitor.unlock() }
    return items.count - head
  }

  /// Adds work at the end; calls its `leave` if that is refused.
  public func put(_ work: Work, handle: WaitHandle? = nil) {
    monitor.lock()
    if isClosed || items.count - head >= countMax {
      let failure = isClosed ? WaitFailure.closed : .overloaded
      monitor.unlock()
      return work.leave(failure)
    }
    items.append(work)
    if takersWaiting > 0 { monitor.signal() }
    monitor.unlock()
    watch?.note(work.deadline)
    handle?.attach { [weak self, weak work] in
      if let self, let work { self.remove(work) }
    }
  }

  /// Takes the first one that is not late, waiting for it until `idleAt`.
  public func take(idleAt: MonotonicInstant = .never) -> Taken {
    var late: [Work] = []
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

  private func popFirst() -> Work? {
    guard head < items.count else { return nil }
    let work = items[head]
    items[head] = nil
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: items.count <= 1024)
      head = 0
    } else if head >= 256, head * 2 >= items.count {
      items.removeFirst(head)
      head = 0
    }
    return work
  }

  private func remove(_ work: Work) {
    monitor.lock()
    let index = items[head...].firstIndex { $0 === work }
    if let index { items.remove(at: index) }
    monitor.unlock()
    if index != nil { work.leave(.cancelled) }
  }
}

extension WaitQueue: DeadlineSweeping {
  func leaveLate(now: MonotonicInstant) -> MonotonicInstant {
    var late: [Work] = []
    var next = MonotonicInstant.never
    monitor.lock()
    // Only when something is late is the array copied.
    for case let work? in items[head...] where work.deadline <= now { late.append(work) }
    if !late.isEmpty {
      items = items[head...].filter { work in !late.contains { $0 === work } }
      head = 0
    }
    for case let work? in items[head...] { next = min(next, work.deadline) }
    monitor.unlock()
    for work in late { work.leave(.deadline) }
    return next
  }
}
