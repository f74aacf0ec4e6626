import Net
import Platform
import RPC
import Storage
import Synchronization

/// Tells calls that watch something under way when there may be something new of it, whichever process does the work.
///
/// It only wakes: what is new they read from the database. A process that writes progress raises a number in memory that all processes on
/// the data directory share; `lookAround` sees that somebody else's did.
final class JobProgress: Sendable {
  /// What can be watched.
  enum Subject: Hashable, Sendable {
    case generation(Int64)
    case export(Int64)
  }

  /// How long a watcher hears nothing at most.
  private static let heartbeat = Duration.seconds(15)

  private struct State {
    /// By kind and id of what they watch.
    var watchers: [Subject: [ObjectIdentifier: ServerCall]] = [:]
    /// The shared number as it was when the watchers were last woken.
    var seen: Int64 = 0
  }

  private let shared: SharedGeneration
  private let state = Mutex(State())

  init(shared: SharedGeneration = SharedGeneration()) {
    self.shared = shared
  }

  /// Something new is committed.
  func changed(_ subject: Subject) {
    let before = shared.raise()
    let calls = state.withLock { state in
      // Only if nobody else's change lies between: `lookAround` finds that one.
      if state.seen == before { state.seen = before + 1 }
      return state.watchers[subject]
    }
    for call in calls?.values ?? [:].values { call.wake() }
  }

  /// To be called several times a second: wakes everybody once another process has written something.
  func lookAround() {
    let calls = state.withLock { state -> [ServerCall] in
      let now = shared.value
      guard now != state.seen else { return [] }
      state.seen = now
      return state.watchers.values.flatMap(\.values)
    }
    for call in calls { call.wake() }
  }

  /// Runs `body` at once and again after each change of `subject` until it returns false or nobody waits for the call.
  ///
  /// - Parameter body: Is told whether it runs because nothing has changed for 15 s.
  func watch(_ subject: Subject, _ call: ServerCall, _ body: (_ isDue: Bool) async throws -> Bool) async throws {
    call.endWhenDraining()
    let id = ObjectIdentifier(call)
    state.withLock { $0.watchers[subject, default: [:]][id] = call }
    defer {
      state.withLock { state in
        state.watchers[subject]?[id] = nil
        if state.watchers[subject]?.isEmpty == true { state.watchers[subject] = nil }
      }
    }
    var isDue = false
    while !call.isCancelled, try await body(isDue) {
      let latest = call.loop.now + Self.heartbeat
      let timer = call.loop.schedule(at: latest) { call.wake() }
      await call.sleepUntilWoken()
      call.loop.cancel(timer)
      isDue = call.loop.now >= latest
    }
  }
}
