/// How long access tokens hold (`WEFT_TOKEN_DAYS`).
public struct TokenLifetimes: Sendable, Equatable {
  /// Of an ordinary sign-in.
  public var usual: Duration
  /// Of one with `remember_me`: four times as long.
  public var remembered: Duration { usual * 4 }

  /// What `WEFT_TOKEN_DAYS` may say.
  public static let days = 1...365

  /// The longest that any token may live, whatever the setting was when it was made.
  static let longest = TokenLifetimes(days: days.upperBound).remembered

  /// - Parameter days: One of `TokenLifetimes.days`.
  public init(days: Int = 8) { usual = .seconds(86_400 * days) }
}
