internal import Glibc

/// A point on the clock that never jumps (CLOCK_MONOTONIC), for deadlines and limits.
///
/// It says nothing outside the running machine and is never stored.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
  /// Nanoseconds since an arbitrary point, usually the start of the machine.
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Later than every deadline.
  public static let never = MonotonicInstant(nanoseconds: .max)

  /// Reads the clock. On a loop prefer `EventLoop.now`, which is read once a turn.
  public static func now() -> MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  @inlinable public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `duration` later; stays at `never` instead of wrapping around.
  @inlinable public static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
    return overflow ? .never : MonotonicInstant(nanoseconds: sum)
  }

  /// The time from `earlier` to `later`, negative when they stand the other way round.
  @inlinable public static func - (later: MonotonicInstant, earlier: MonotonicInstant) -> Duration {
    .nanoseconds(later.nanoseconds - earlier.nanoseconds)
  }

  /// The instant as the C library takes it.
  var systemTime: timespec {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
  }
}

extension Duration {
  /// The duration in nanoseconds, cut at the ends of `Int64` (292 years).
  @inlinable public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow2) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || overflow2 ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in seconds, rounded up, at least 0: what `Retry-After` takes.
  public var secondsRoundedUp: Int64 {
    let (seconds, attoseconds) = components
    return max(0, attoseconds > 0 ? seconds + 1 : seconds)
  }
}
