import Glibc
import Net
import Synchronization

/// SIGTERM and SIGINT: the first asks to stop, a second one ends the process at once.
final class StopSignals: Sendable {
  private struct State {
    var count = 0
    /// Ends the process, as long as there is nothing to end in order.
    var whileStarting: (@Sendable () -> Void)?
    var waiter: CheckedContinuation<Void, Never>?
  }

  /// What stops a server.
  static let signals = [SIGTERM, SIGINT]

  private let state: Mutex<State>
  private let watcher = Mutex<SignalWatcher?>(nil)

  /// Watches from here on. The signals must have been blocked on the main thread before any other was started (`Weft.main`).
  ///
  /// - Parameter whileStarting: Called by a signal that comes before `started()`.
  init(_ loop: EventLoop, whileStarting: (@Sendable () -> Void)? = nil) throws {
    state = Mutex(State(whileStarting: whileStarting))
    let watcher = try SignalWatcher(Self.signals, loop: loop) { [weak self] signal in self?.received(signal) }
    self.watcher.withLock { $0 = watcher }
  }

  /// From here on a signal is for whoever waits in `first()`.
  func started() { state.withLock { $0.whileStarting = nil } }

  /// Returns once one was received, also if that was before the call.
  func first() async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.count == 0 { state.waiter = continuation }
        return state.count > 0
      }
      if isThere { continuation.resume() }
    }
  }

  private func received(_ signal: Int32) {
    let (count, waiter, whileStarting) = state.withLock { state in
      state.count += 1
      defer { state.waiter = nil }
      return (state.count, state.waiter, state.whileStarting)
    }
    whileStarting?()
    // Whoever asks twice does not want to wait. What was acknowledged is on the disk.
    if count > 1 { _exit(128 + signal) }
    waiter?.resume()
  }
}
