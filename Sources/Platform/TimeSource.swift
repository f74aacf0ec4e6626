internal import Glibc
internal import Synchronization

/// The two clocks, passed in wherever time matters so that tests choose it.
public protocol TimeSource: Sendable {
  /// Wall time: microseconds since 1970-01-01T00:00:00Z, the unit that the database stores.
  var wallMicroseconds: Int64 { get }
  /// Time for deadlines and rates.
  var monotonic: MonotonicInstant { get }
}

extension TimeSource {
  /// Wall time in whole seconds since 1970, rounded down: the unit of tokens (RFC 7519, NumericDate).
  public var wallSeconds: Int64 { wallMicroseconds / 1_000_000 }
}

/// The machine's own clocks.
public struct SystemTime: TimeSource {
  public init() {}

  public var wallMicroseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  public var monotonic: MonotonicInstant { .now() }
}

/// A clock that moves only when told to, for tests and simulations.
public final class ManualTime: TimeSource {
  private let microseconds: Atomic<Int64>
  private let start: Int64

  /// - Parameter wallMicroseconds: Where wall time starts; the monotonic clock starts at one second.
  public init(wallMicroseconds: Int64 = 1_704_067_200_000_000) {
    start = wallMicroseconds
    microseconds = Atomic(wallMicroseconds)
  }

  public var wallMicroseconds: Int64 { microseconds.load(ordering: .sequentiallyConsistent) }

  public var monotonic: MonotonicInstant {
    MonotonicInstant(nanoseconds: 1_000_000_000 + (wallMicroseconds - start) * 1_000)
  }

  /// Moves both clocks on.
  public func advance(by duration: Duration) {
    microseconds.wrappingAdd(duration.wholeNanoseconds / 1_000, ordering: .sequentiallyConsistent)
  }
}
