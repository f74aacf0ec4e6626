extension GoogleProtobuf.Timestamp {
  /// A point in time as databases keep it.
  ///
  /// - Parameter microseconds: Since 1970, UTC; negative before.
  public init(microseconds: Int64) {
    self.init()
    // Nanoseconds count forward from the second, also before 1970 (timestamp.proto).
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    seconds = remainder < 0 ? quotient - 1 : quotient
    nanos = Int32(remainder < 0 ? remainder + 1_000_000 : remainder) * 1_000
  }

  /// The point in time as databases keep it, rounded down; the earliest or latest they can keep for what lies beyond.
  public var microseconds: Int64 {
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    if overflows { return seconds < 0 ? .min : .max }
    let (sum, overflowsAgain) = whole.addingReportingOverflow(Int64(nanos) / 1_000)
    return overflowsAgain ? (seconds < 0 ? .min : .max) : sum
  }
}
