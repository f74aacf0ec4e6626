internal import Synchronization

/// A queue whose late members can be sent away.
protocol DeadlineSweeping: AnyObject, Sendable {
  /// Sends away what is late at `now`; returns the earliest deadline of those that stay.
  func leaveLate(now: MonotonicInstant) -> MonotonicInstant
}

/// One thread that sends late work away from queues whose own threads are busy.
///
/// It sleeps until the earliest deadline it knows of. New deadlines are usually later than that one, so `note` is a
/// single load, and the thread wakes about once per length of a deadline, however many calls there are.
public final class DeadlineWatch: @unchecked Sendable {  // everything mutable is atomic or used under `monitor`
  private final class Queue {
    weak var queue: (any DeadlineSweeping)?
    init(_ queue: any DeadlineSweeping) { self.queue = queue }
  }

  private let monitor = Monitor()
  private let wakesAt = Atomic<Int64>(.max)
  private var queues: [Queue] = []
  private var isStopped = false

  public init(name: String) {
    WorkerThread.start(name: name) { [self] in run() }
  }

  /// Ends the thread; deadlines are no longer watched.
  public func stop() {
    monitor.lock()
    isStopped = true
    monitor.broadcast()
    monitor.unlock()
  }

  func add(_ queue: any DeadlineSweeping) {
    monitor.lock()
    queues.append(Queue(queue))
    monitor.unlock()
  }

  func note(_ deadline: MonotonicInstant) {
    guard deadline.nanoseconds < wakesAt.load(ordering: .sequentiallyConsistent) else { return }
    monitor.lock()
    if deadline.nanoseconds < wakesAt.load(ordering: .sequentiallyConsistent) {
      wakesAt.store(deadline.nanoseconds, ordering: .sequentiallyConsistent)
      monitor.broadcast()
    }
    monitor.unlock()
  }

  private func run() {
    monitor.lock()
    while !isStopped {
      let wake = MonotonicInstant(nanoseconds: wakesAt.load(ordering: .sequentiallyConsistent))
      let now = MonotonicInstant.now()
      if now < wake {
        monitor.wait(until: wake)
        continue
      }
      // Deadlines noted while the queues are looked through lower this again.
      wakesAt.store(.max, ordering: .sequentiallyConsistent)
      queues.removeAll { $0.queue == nil }
      let present = queues.compactMap(\.queue)
      monitor.unlock()
      for queue in present { note(queue.leaveLate(now: now)) }
      monitor.lock()
    }
    monitor.unlock()
  }
}
