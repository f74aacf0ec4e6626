import Jobs
import Platform
import Storage
import Synchronization
import Testing

@Suite struct JobQueueTests {
  struct Undone: Error {}

  @Test func aJobIsThereExactlyIfItsTransactionIs() async throws {
    try await TestJobs.with { jobs in
      let wanted = Atomic<Int>(0)
      let runner = jobs.runner(PageWriter(jobs))
      runner.onWanted { wanted.add(1, ordering: .sequentiallyConsistent) }
      await #expect(throws: Undone.self) {
        try await jobs.database.write { [queue = jobs.queue] transaction in
          try queue.enqueue(TestJobs.kind, reference: 1, owner: 1, transaction)
          throw Undone()
        }
      }
      #expect(try await jobs.jobCount() == 0)
      #expect(wanted.load(ordering: .sequentiallyConsistent) == 0)
      try await jobs.add(1)
      // Before the answer is out the runner knows.
      #expect(wanted.load(ordering: .sequentiallyConsistent) == 1)
    }
  }

  @Test func aRowHasOneJobOfAKind() async throws {
    try await TestJobs.with { jobs in
      try await jobs.add(1)
      await #expect {
        try await jobs.database.write { [queue = jobs.queue] in try queue.enqueue(TestJobs.kind, reference: 1, owner: 1, $0) }
      } throws: { if case StorageError.constraint(.unique, _) = $0 { true } else { false } }
    }
  }

  @Test func tooManyJobsAreRefused() async throws {
    var limits = JobQueue.Limits()
    limits.jobsOfOwnerMax = 2
    limits.jobsMax = 3
    try await TestJobs.with(limits: limits) { jobs in
      try await jobs.add(1)
      try await jobs.add(2)
      await #expect(throws: JobQueueFull(share: .owner)) { try await jobs.add(3) }
      try await jobs.add(4, owner: 2)
      await #expect(throws: JobQueueFull(share: .all)) { try await jobs.add(5, owner: 3) }
      #expect(try await jobs.jobCount() == 3)
    }
  }

  @Test func aDelayedJobWaits() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(PageWriter(jobs))
      try await jobs.add(1, delay: .seconds(5))
      await runner.turn()
      #expect(runner.statistics.begun == 0)
      jobs.time.advance(by: .seconds(5))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
    }
  }

  @Test func anotherProcessesJobIsFoundAtTheNextTurn() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess())
      await runner.turn()
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(runner.statistics.finished == 1)
      // One whose process could not say so, at the next look.
      let deaf = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess(generation: SharedGeneration()), process: "worker")
      await deaf.turn()
      try await jobs.add(2)
      await deaf.turn()
      #expect(deaf.statistics.begun == 0)
      jobs.time.advance(by: .milliseconds(500))
      await deaf.turn()
      try await TestJobs.until { deaf.runningCount == 0 }
      #expect(deaf.statistics.finished == 1)
    }
  }

  @Test func aResultAndTheEndOfItsJobAreOne() async throws {
    try await TestJobs.with { jobs in
      let tries = Atomic<Int>(0)
      let writer = PageWriter(jobs) { [database = jobs.database, queue = jobs.queue] run in
        // A transaction that ends the job and is then undone has not ended it.
        await #expect(throws: Undone.self) {
          try await database.write { transaction in
            try queue.finish(run.lease, transaction)
            throw Undone()
          }
        }
        #expect(!run.lease.isFinished)
        tries.add(1, ordering: .sequentiallyConsistent)
      }
      let runner = jobs.runner(writer)
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      #expect(tries.load(ordering: .sequentiallyConsistent) == 1)
    }
  }

  @Test func aLeaseOfAJobThatIsGoneFitsNoNewOne() async throws {
    try await TestJobs.with { jobs in
      let lease = Mutex<JobLease?>(nil)
      let runner = jobs.runner(PageWriter(jobs) { run in lease.withLock { $0 = run.lease } })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      try await jobs.add(2)
      let old = try #require(lease.withLock { $0 })
      await #expect(throws: LeaseLost.self) {
        try await jobs.database.write { [queue = jobs.queue] in try queue.finish(old, $0) }
      }
      #expect(try await jobs.jobCount() == 1)
    }
  }

  @Test func aProcessOfWhichThereIsOneTakesBackWhatItWasRunning() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let killed = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() }, limits: .init(runningMax: 1))
      let worker = jobs.runner(PageWriter(jobs) { try await gate.pass($0) }, limits: .init(runningMax: 1), process: "worker")
      try await jobs.add(1)
      try await jobs.add(2)
      await killed.turn()
      await worker.turn()
      try await TestJobs.until { gate.count == 2 }
      #expect(try await jobs.queue.reclaim(process: "serve") == 1)
      #expect(try await jobs.state(1) == .waiting(attempts: 1))
      #expect(try await jobs.state(2) == .running(attempts: 1))
      let runner = jobs.runner(PageWriter(jobs))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      gate.raise()
      try await TestJobs.until { killed.runningCount + worker.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      #expect(try await jobs.page(2) == "completed 1")
    }
  }

  @Test func countsSayWhatWaitsAndWhatRuns() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) }, limits: .init(runningMax: 2))
      for id in 1...5 { try await jobs.add(Int64(id)) }
      await runner.turn()
      let counts = try await jobs.database.read { [queue = jobs.queue] in try queue.counts($0) }
      #expect(counts.count == 1 && counts.first.map { $0.kind == TestJobs.kind && $0.waiting == 3 && $0.running == 2 } == true)
      gate.raise()
      try await TestJobs.until { runner.runningCount == 0 }
    }
  }
}
