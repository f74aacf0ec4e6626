public import Platform

/// The moment after which nobody waits for a call any more, on the monotonic clock.
public struct Deadline: Sendable, Hashable, Comparable {
  public let time: MonotonicInstant

  public init(at time: MonotonicInstant) {
    self.time = time
  }

  /// `duration` from now; a negative one has passed already.
  public init(after duration: Duration) {
    time = .now() + duration
  }

  /// How long until then; zero when it has passed.
  public var remaining: Duration { max(.zero, time - .now()) }

  public var hasPassed: Bool { time <= .now() }

  public static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
}

/// The value of `grpc-timeout`: at most eight digits and a unit.
///
/// Source: gRPC over HTTP/2, "Timeout".
enum TimeoutHeader {
  /// The duration that `text` stands for, or nil if it is no such value. What no clock can hold (99999999H) is cut to about 292 years.
  static func parse(_ text: some Collection<UInt8>) -> Duration? {
    guard text.count >= 2, text.count <= 9 else { return nil }
    var value: Int64 = 0
    var unit: UInt8 = 0
    var left = text.count
    for byte in text {
      left -= 1
      if left == 0 {
        unit = byte
      } else {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      }
    }
    let scale: Int64
    switch unit {
    case UInt8(ascii: "H"): scale = 3_600_000_000_000
    case UInt8(ascii: "M"): scale = 60_000_000_000
    case UInt8(ascii: "S"): scale = 1_000_000_000
    case UInt8(ascii: "m"): scale = 1_000_000
    case UInt8(ascii: "u"): scale = 1_000
    case UInt8(ascii: "n"): scale = 1
    default: return nil
    }
    let (nanoseconds, overflow) = value.multipliedReportingOverflow(by: scale)
    return .nanoseconds(overflow ? .max : nanoseconds)
  }

  /// The value for `duration`, in the finest unit that eight digits can hold, rounded up so that a short timeout never becomes none.
  static func text(_ duration: Duration) -> String {
    let nanoseconds = max(0, duration.wholeNanoseconds)
    for (unit, scale) in [("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000), ("M", 60_000_000_000)] as [(String, Int64)] {
      let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: scale)
      let value = quotient + (remainder == 0 ? 0 : 1)
      if value <= 99_999_999 { return "\(value)\(unit)" }
    }
    return "\(min(99_999_999, nanoseconds / 3_600_000_000_000))H"
  }
}
