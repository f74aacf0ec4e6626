import Glibc

/// A point on the kernel's monotonic clock (CLOCK_MONOTONIC), in nanoseconds.
///
/// It never jumps, so deadlines and timeouts are computed with it; it says nothing about the date.
public struct MonotonicTime: Sendable, Comparable, Hashable {
  /// Nanoseconds since an arbitrary fixed moment (on Linux: since boot).
  public let nanoseconds: Int64

  /// A time that is never reached: "no deadline".
  public static let never = MonotonicTime(nanoseconds: .max)

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Reads the clock. On a loop prefer `EventLoop.now`, which is read once a turn.
  public static func now() -> MonotonicTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The time `duration` later; saturates at `.never`.
  public static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(duration.nanosecondsClamped)
    return MonotonicTime(nanoseconds: overflow ? .max : sum)
  }

  /// How long after `right` this is; negative when it is before.
  public static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(left.nanoseconds.subtractingReportingOverflow(right.nanoseconds).partialValue)
  }
}

extension Duration {
  /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
  public var nanosecondsClamped: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds > 0 ? .max : .min }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? .max : sum
  }
}
