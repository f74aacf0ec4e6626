import CoWriting
import Jobs
import Logging
import Net

/// Runs co-writing's jobs in this process, on one of its loops, and tells who watches them what other processes' jobs have written.
final class JobLoop: Sendable {
  private let runner: JobRunner?
  private let turns: RepeatingTask?
  private let follow: RepeatingTask

  /// - Parameters:
  ///   - process: `serve` or `worker`.
  ///   - runsJobs: False to leave jobs to other processes.
  init(_ application: CoWritingApp, process: String, runsJobs: Bool = true, on loop: EventLoop, logger: Logger) {
    if runsJobs {
      var options = JobRunner.Options()
      options.process = process
      let runner = JobRunner(
        queue: application.jobs, executor: loop, kinds: application.jobHandlers(logger: logger), options: options, logger: logger)
      self.runner = runner
      let turns = RepeatingTask(loop: loop, every: JobRunner.turnInterval) { await runner.turn() }
      self.turns = turns
      runner.onWanted { turns.fireNow() }
    } else {
      (runner, turns) = (nil, nil)
    }
    follow = RepeatingTask(loop: loop, every: .milliseconds(100)) {
      do {
        try await application.followJobs()
      } catch {
        logger.error("how far jobs are cannot be written; it is tried again", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Begins no further job, lets those that run go on for a while, and hands back what has not ended.
  func drain(grace: Duration) async {
    await runner?.drain(grace: grace)
    await turns?.stop()
    await follow.stop()
  }
}
