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

  /// How long a watcher hears nothing at most, and watches on with a token that has ended.
  private static let heartbeat = Duration.seconds(15)
  /// How many calls of one user watch at once: each holds a part of the memory for answers, for up to an hour, and 2,048 of them all of it.
  private static let watchersOfUserMax = 500

  private struct State {
    /// By kind and id of what they watch.
    var watchers: [Subject: [ObjectIdentifier: ServerCall]] = [:]
    /// How many each user has.
    var countsByUser: [String: Int] = [:]
    /// The shared number as it was when the watchers were last woken.
    var seen: Int64 = 0
  }

  private let shared: SharedGeneration
  private let authenticate: @Sendable (ServerCall) throws -> Void
  private let state = Mutex(State())

  /// - Parameter authenticate: Throws for a call whose token holds no longer.
  init(shared: SharedGeneration, authenticate: @escaping @Sendable (ServerCall) throws -> Void) {
    self.shared = shared
    self.authenticate = authenticate
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
  /// - Throws: `CoWritingError.tooManyWatchers`; what `authenticate` throws, within 15 s after the token's end.
  func watch(_ subject: Subject, _ call: ServerCall, _ body: (_ isDue: Bool) async throws -> Bool) async throws {
    let user = try call.caller().id
    call.endWhenDraining()
    let id = ObjectIdentifier(call)
    let hasRoom = state.withLock { state in
      guard state.countsByUser[user, default: 0] < Self.watchersOfUserMax else { return false }
      state.countsByUser[user, default: 0] += 1
      state.watchers[subject, default: [:]][id] = call
      return true
    }
    guard hasRoom else { throw CoWritingError.tooManyWatchers }
    defer {
      state.withLock { state in
        state.countsByUser[user] = state.countsByUser[user].flatMap { $0 > 1 ? $0 - 1 : nil }
        state.watchers[subject]?[id] = nil
        if state.watchers[subject]?.isEmpty == true { state.watchers[subject] = nil }
      }
    }
    var isDue = false
    var checkedAt = call.loop.now
    while !call.isCancelled, try await body(isDue) {
      let latest = call.loop.now + Self.heartbeat
      let timer = call.loop.schedule(at: latest) { call.wake() }
      await call.sleepUntilWoken()
      call.loop.cancel(timer)
      isDue = call.loop.now >= latest
      if !call.isCancelled, call.loop.now >= checkedAt + Self.heartbeat {
        try authenticate(call)
        checkedAt = call.loop.now
      }
    }
  }
}
