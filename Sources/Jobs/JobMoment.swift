internal import Platform

/// The database's time, read once for a transaction, and what of the leases it says.
///
/// All processes on a data directory are on one machine and read one clock, the wall clock. It may be set. Set forward, leases run out
/// early: a job may run twice at a time for a moment, and the fence lets one of them write. Set back, a lease would seem to last for
/// longer than any lease is given: such a one counts as run out. Runners notice a step of their clock and extend at once.
struct JobMoment: Sendable {
  /// Microseconds since 1970.
  let now: Int64
  /// Leases that last beyond this were given before the clock was set back.
  let horizon: Int64

  init(_ time: any TimeSource) { self.init(now: time.wallMicroseconds) }

  init(now: Int64) {
    self.now = now
    horizon = now + 2 * Self.lease.wholeNanoseconds / 1_000
  }

  /// How long a job belongs to a run that is not heard of.
  static let lease = Duration.seconds(30)

  var leaseUntil: Int64 { now + Self.lease.wholeNanoseconds / 1_000 }
}
