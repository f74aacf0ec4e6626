internal import Synchronization

/// Lets a caller take back work that is still waiting in a queue. Work that a thread has begun runs to its end.
///
/// It exists because `withTaskCancellationHandler` costs a microsecond on every call, used or not.
public final class WaitHandle: Sendable {
  private struct State {
    var isCancelled = false
    var leave: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  public init() {}

  public func cancel() {
    let leave = state.withLock { state in
      state.isCancelled = true
      defer { state.leave = nil }
      return state.leave
    }
    leave?()
  }

  /// Remembers how to leave the queue; leaves at once if the handle was cancelled before.
  func attach(_ leave: @escaping @Sendable () -> Void) {
    let isCancelled = state.withLock { state in
      if !state.isCancelled { state.leave = leave }
      return state.isCancelled
    }
    if isCancelled { leave() }
  }
}
