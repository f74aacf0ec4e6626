import Jobs
import Logging
import Platform
import Storage
import Synchronization
import Testing

/// What happens to leases when somebody sets the machine's clock.
@Suite struct JobClockTests {
  /// A clock whose wall time can be set without the other.
  final class SettableTime: TimeSource {
    let base = ManualTime()
    private let offset = Atomic<Int64>(0)
    var wallMicroseconds: Int64 { base.wallMicroseconds + offset.load(ordering: .sequentiallyConsistent) }
    var monotonic: MonotonicInstant { base.monotonic }
    func setWall(by duration: Duration) { offset.add(duration.wholeNanoseconds / 1_000, ordering: .sequentiallyConsistent) }
  }

  func runner(_ queue: JobQueue, _ handler: any JobHandler) -> JobRunner {
    JobRunner(
      queue: queue, executor: globalConcurrentExecutor, kinds: [TestJobs.kind: (.init(runningMax: 4), handler)],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test(arguments: [Duration.seconds(3_600), .seconds(-3_600)])
  func aRunKeepsItsJobThroughAStepOfTheClock(step: Duration) async throws {
    try await TestJobs.with { jobs in
      let time = SettableTime()
      let queue = JobQueue(database: jobs.database, time: time)
      let gate = Gate()
      let holder = runner(queue, PageWriter(jobs, queue: queue) { try await gate.pass($0) })
      let other = runner(queue, PageWriter(jobs, queue: queue))
      _ = try await jobs.database.write { try queue.enqueue(TestJobs.kind, reference: 1, owner: 1, $0) }
      await holder.turn()
      await holder.turn()
      time.setWall(by: step)
      time.base.advance(by: .milliseconds(250))
      await holder.turn()
      await other.turn()
      #expect(other.statistics.begun == 0)
      gate.raise()
      try await TestJobs.until { holder.runningCount == 0 }
      #expect(holder.statistics.finished == 1)
    }
  }

  @Test func aDeadProcessesLeaseIsNotBelievedWhenTheClockWasSetBack() async throws {
    try await TestJobs.with { jobs in
      let time = SettableTime()
      let queue = JobQueue(database: jobs.database, time: time)
      let gate = Gate()
      let dead = runner(queue, PageWriter(jobs, queue: queue) { _ in await gate.passDeaf() })
      let other = runner(queue, PageWriter(jobs, queue: queue))
      _ = try await jobs.database.write { try queue.enqueue(TestJobs.kind, reference: 1, owner: 1, delay: .seconds(-7_200), $0) }
      await dead.turn()
      try await TestJobs.until { gate.count == 1 }
      time.setWall(by: .seconds(-3_600))
      await other.turn()
      try await TestJobs.until { other.runningCount == 0 }
      #expect(other.statistics.finished == 1)
      gate.raise()
      try await TestJobs.until { dead.runningCount == 0 }
      #expect(dead.statistics.finished == 0)
    }
  }
}
