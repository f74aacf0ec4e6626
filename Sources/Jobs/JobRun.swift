internal import Platform
internal import Synchronization

/// One run of a job: what its handler gets.
public final class JobRun: Sendable {
  public let job: Job
  public let lease: JobLease

  private struct State {
    var stop: JobStop?
    var task: Task<Void, Never>?
    /// Until when the lease lasts for certain, on the clock that is never set.
    var heldUntil: MonotonicInstant
  }

  /// When it is to end.
  let deadline: MonotonicInstant
  private let state: Mutex<State>

  init(_ job: Job, _ lease: JobLease, deadline: MonotonicInstant, heldUntil: MonotonicInstant) {
    self.job = job
    self.lease = lease
    self.deadline = deadline
    state = Mutex(State(heldUntil: heldUntil))
  }

  /// Why the run is to end; nil while it may go on. Any thread may look, as often as it likes.
  public var stop: JobStop? { state.withLock(\.stop) }

  /// For work on other threads, which a task's cancellation does not reach.
  ///
  /// - Throws: Why the run is to end.
  public func check() throws(JobStop) {
    if let stop { throw stop }
  }

  /// Asks the run to end. The first reason counts.
  func end(_ reason: JobStop) {
    let task = state.withLock { state -> Task<Void, Never>? in
      guard state.stop == nil else { return nil }
      state.stop = reason
      return state.task
    }
    task?.cancel()
  }

  func setTask(_ task: Task<Void, Never>) {
    let isToEnd = state.withLock { state in
      state.task = task
      return state.stop != nil
    }
    if isToEnd { task.cancel() }
  }

  var heldUntil: MonotonicInstant {
    get { state.withLock(\.heldUntil) }
    set { state.withLock { $0.heldUntil = newValue } }
  }
}
