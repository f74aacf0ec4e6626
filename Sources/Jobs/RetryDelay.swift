internal import Platform

/// How long a job waits for its next try: 1 s, 2 s, 4 s … at most five minutes, each a fifth shorter or longer by chance so that what
/// failed together does not come back together.
enum RetryDelay {
  private static let secondsMax = 300

  /// - Parameters:
  ///   - attempts: How often it was begun, at least 1.
  ///   - least: What the handler asks for; never less.
  static func after(attempts: Int, least: Duration?, random: any RandomSource) -> Duration {
    let seconds = min(secondsMax, 1 << min(max(0, attempts - 1), 20))
    let delay = Duration.milliseconds(Int64(seconds) * (800 + Int64(random.number(below: 401))))
    return max(delay, least ?? .zero)
  }
}
