internal import Synchronization

/// A request under way.
public final class OutboundCall: Sendable {
  private let transfer: Transfer
  private let thread: TransferThread

  init(_ transfer: Transfer, _ thread: TransferThread) {
    self.transfer = transfer
    self.thread = thread
  }

  /// Breaks the request off; after its end it does nothing.
  public func cancel() {
    transfer.cancel()
    thread.wake()
  }

  /// Has the thread look whether a paused body may go on.
  func resume() { thread.wake() }
}

/// One value from one thread for one task that waits, whichever comes first.
final class OneAnswer: Sendable {
  private enum State {
    case open
    case waiting(UnsafeContinuation<Transfer.Answer, Never>)
    case given(Transfer.Answer)
  }
  private let state = Mutex(State.open)

  func give(_ answer: Transfer.Answer) {
    let waiter = state.withLock { state -> UnsafeContinuation<Transfer.Answer, Never>? in
      defer { state = .given(answer) }
      if case .waiting(let waiter) = state { return waiter } else { return nil }
    }
    waiter?.resume(returning: answer)
  }

  func value() async -> Transfer.Answer {
    // Unsafe: resumed exactly once, here or by `give`, which is called once.
    await withUnsafeContinuation { waiter in
      let answer = state.withLock { state -> Transfer.Answer? in
        if case .given(let answer) = state { return answer }
        state = .waiting(waiter)
        return nil
      }
      if let answer { waiter.resume(returning: answer) }
    }
  }
}
