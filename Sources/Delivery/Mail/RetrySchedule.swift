internal import Platform

/// When to try again what did not go out: after 1 s, 2 s, 4 s … at most 10 minutes, each a fifth shorter or longer by chance so
/// that what failed together does not come back together; for three days.
struct RetrySchedule: Sendable {
  static let delayMax = 600
  static let ageMax: Int64 = 3 * 86_400_000_000

  /// - Parameters:
  ///   - attempts: How often it was tried, at least 1.
  ///   - createdAt: Microseconds since 1970, like `now`.
  /// - Returns: When to try next; nil for not any more.
  static func next(attempts: Int, createdAt: Int64, now: Int64, random: any RandomSource) -> Int64? {
    let seconds = min(delayMax, 1 << min(attempts - 1, 20))
    let permille = 800 + Int64(random.number(below: 401))
    let dueAt = now + Int64(seconds) * 1_000 * permille
    return dueAt - createdAt > ageMax ? nil : dueAt
  }
}
