/// How long access tokens hold (`WEFT_TOKEN_DAYS`).
public struct TokenLifetimes: Sendable, Equatable {
  /// Of an ordinary sign-in.
  public var usual: Duration
  /// Of one with `remember_me`: four times as long.
  public var remembered: Duration { usual * 4 }

  /// - Parameter days: 1 to 365.
  public init(days: Int = 8) { usual = .seconds(86_400 * days) }
}
