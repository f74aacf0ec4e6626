import Identity
import Platform
import RPC

/// How often somebody may call (chapter 接口限流 of the document): a user by what they are, whoever has not signed in by address, and
/// some RPCs less often still. Every answer says how the caller stands.
final class CoWritingLimits: Sendable {
  private let isOn: Bool
  private let minutes: FixedWindowLimiter
  private let hours: FixedWindowLimiter

  /// - Parameter isOn: `WEFT_RATE_LIMITS`; off, calls are counted and none is refused.
  init(isOn: Bool, time: any TimeSource) {
    self.isOn = isOn
    minutes = FixedWindowLimiter(window: .seconds(60), time: time)
    hours = FixedWindowLimiter(window: .seconds(3600), time: time)
  }

  /// Counts the call and puts the limit that it is nearest to into the answer's headers.
  ///
  /// - Throws: `rateLimited`.
  func admit(_ call: ServerCall) throws(CoWritingError) {
    let caller = try? call.caller()
    let who = caller.map { "user \($0.id)" } ?? "address \(AddressKey.of(call.peer))"
    var state = minutes.count(who, limit: caller?.role == User.Role.admin ? 200 : 100)
    if let stricter = classState(call.method.rateLimit, who), stricter.isExceeded || !state.isExceeded { state = stricter }
    // The same names over both faces.
    call.responseMetadata.add("x-ratelimit-limit", String(state.limit))
    call.responseMetadata.add("x-ratelimit-remaining", String(state.remaining))
    call.responseMetadata.add("x-ratelimit-reset", String(state.resetsAt))
    if isOn, state.isExceeded { throw .rateLimited(state) }
  }

  /// By the class that the proto names.
  private func classState(_ name: String, _ who: String) -> WindowState? {
    switch name {
    case "auth": minutes.count("auth \(who)", limit: 10)
    case "generation": hours.count("generation \(who)", limit: 20)
    case "export": hours.count("export \(who)", limit: 30)
    default: nil
    }
  }
}
