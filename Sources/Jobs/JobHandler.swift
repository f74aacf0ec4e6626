public import Storage

/// Does the jobs of one kind.
public protocol JobHandler: Sendable {
  /// Does the job and writes its result: the last transaction calls `JobQueue.finish(run.lease, …)`. On the runner's executor, so it must
  /// not block. It may run again after a crash, from the beginning; what it did in transactions with `JobQueue.check` is there.
  ///
  /// When the run is to end early its task is cancelled and `run.stop` says why; throwing anything is then right.
  ///
  /// - Throws: `JobRetry` for another try later; anything else ends the job.
  func run(_ run: JobRun) async throws

  /// Says in the row that the job is about why it has no result. In the transaction that ends the job.
  func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws
}
