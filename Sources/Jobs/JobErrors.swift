/// The lease is no longer held: another run may have begun, or the job is gone. Whoever holds it writes the result, nobody else.
public struct LeaseLost: Error, Equatable, CustomStringConvertible {
  public let jobID: Int64

  public var description: String { "the lease of job \(jobID) is lost" }
}

/// Too many jobs wait already.
public struct JobQueueFull: Error, Equatable {
  /// Whose: the owner's own, or everybody's.
  public enum Share: Sendable, Equatable { case owner, all }
  public let share: Share

  public init(share: Share) { self.share = share }
}

/// Thrown by a handler that wants the job tried again later, as far as the kind's `attemptsMax` allows.
public struct JobRetry: Error {
  public let cause: any Error
  /// How long to wait at least; nil: the runner's own, longer from time to time.
  public let after: Duration?
  /// Whether the run counts as one of `attemptsMax`; one that only learnt that it had better wait does not.
  public let counts: Bool

  public init(_ cause: any Error, after: Duration? = nil, counts: Bool = true) {
    self.cause = cause
    self.after = after
    self.counts = counts
  }
}

/// Why a run of a job is to end before its work is done.
public enum JobStop: Error, Sendable, Equatable {
  /// Somebody asked for it.
  case cancelled
  /// The run took longer than its kind may.
  case timeLimit
  /// The process ends; the job is handed back and runs elsewhere or later.
  case draining
  /// The lease is over: whatever the run did, it cannot write it.
  case leaseLost
}

/// Why a job ended without a result, for the row that it is about.
public enum JobFailure: Sendable {
  /// The handler threw this, and a further try would not help.
  case failed(any Error)
  /// The handler asked for further tries until there were none left.
  case gaveUp(any Error, attempts: Int)
  /// Its process ended in the middle of it, as often as it may be begun.
  case abandoned(attempts: Int)
  case cancelled
  case timeLimit(Duration)
}

/// A handler came back without having written a result.
public struct ResultMissing: Error, CustomStringConvertible {
  public var description: String { "the job's handler wrote no result" }
}
