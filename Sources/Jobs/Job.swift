internal import Synchronization

/// One piece of work: a row of `cw_jobs` from the call that asked for it to the write of its result.
public struct Job: Sendable, Equatable {
  /// Never used again for another job.
  public var id: Int64
  public var kind: JobKind
  /// The id of the row that the work is about and that its result goes into.
  public var reference: Int64
  /// Whose work it is; the kinds' slots are shared out among owners.
  public var owner: Int64
  /// Microseconds since 1970.
  public var createdAt: Int64
  /// How often it was begun, this time included. A run that its process did not live to see the end of counts.
  public var attempts: Int
  /// Somebody asked that it end.
  public var isCancelled: Bool
}

/// The right to write a job's result, held by one run of it. It is over once another run has begun, or this one was handed back.
public final class JobLease: Sendable {
  public let jobID: Int64
  /// Counts the leases of the job.
  let fence: Int64
  let holder: String
  private let finished = Atomic<Bool>(false)

  init(jobID: Int64, fence: Int64, holder: String) {
    self.jobID = jobID
    self.fence = fence
    self.holder = holder
  }

  /// Whether the job's end is durable.
  public var isFinished: Bool { finished.load(ordering: .acquiring) }

  func setFinished() { finished.store(true, ordering: .releasing) }
}

/// How a job stands that has not ended.
public enum JobState: Sendable, Equatable {
  /// It waits for a free slot, or for the time of its next try.
  case waiting(attempts: Int)
  case running(attempts: Int)
  /// It was cancelled while it ran and will end shortly.
  case ending
}
