import Identity
import Platform

/// How often one account's password may be tried, from all addresses together (ASVS 6.3.1). The limits of each address stand before it.
///
/// Looser than those, or a stranger could keep the owner out with a handful of addresses.
struct PasswordTries: Sendable {
  static let limit = 200
  private let windows: FixedWindowLimiter?

  /// - Parameter isOn: `WEFT_RATE_LIMITS`.
  init(isOn: Bool, time: any TimeSource) {
    windows = isOn ? FixedWindowLimiter(window: .seconds(600), time: time) : nil
  }

  /// One try, before the work that it takes.
  ///
  /// - Parameter account: Of `User.key(of:)`; also one that nobody has, so that the answer tells nothing.
  /// - Throws: `rateLimited`.
  func admit(_ account: String) throws(CoWritingError) {
    guard let state = windows?.count(account, limit: Self.limit), state.isExceeded else { return }
    throw .rateLimited(state)
  }
}
