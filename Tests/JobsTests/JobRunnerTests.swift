import Jobs
import Platform
import Storage
import Synchronization
import Testing

@Suite struct JobRunnerTests {
  @Test func aJobIsRunAndItsRowIsGoneWithTheResult() async throws {
    try await TestJobs.with { jobs in
      let writer = PageWriter(jobs)
      let runner = jobs.runner(writer)
      try await jobs.add(7)
      #expect(try await jobs.state(7) == .waiting(attempts: 0))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(7) == "completed 1")
      #expect(try await jobs.state(7) == nil)
      #expect(try await jobs.jobCount() == 0)
      #expect(runner.statistics.finished == 1)
    }
  }

  @Test func noMoreRunAtOnceThanTheKindMay() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) }, limits: .init(runningMax: 3))
      for id in 1...10 { try await jobs.add(Int64(id)) }
      await runner.turn()
      await runner.turn()
      #expect(runner.runningCount == 3)
      gate.raise()
      try await TestJobs.until {
        await runner.turn()
        return try await jobs.jobCount() == 0 && runner.runningCount == 0
      }
      #expect(runner.statistics.finished == 10 && runner.statistics.begun == 10)
    }
  }

  @Test func oneOwnersThousandJobsDoNotHoldUpAnothersOne() async throws {
    try await TestJobs.with { jobs in
      try await jobs.database.write { [queue = jobs.queue] transaction in
        for id in 1...1_000 { try queue.enqueue(TestJobs.kind, reference: Int64(id), owner: 1, transaction) }
      }
      jobs.time.advance(by: .seconds(1))
      try await jobs.add(2_001, owner: 2)
      try await jobs.add(2_002, owner: 2)
      let gate = Gate()
      let writer = PageWriter(jobs) { try await gate.pass($0) }
      let runner = jobs.runner(writer, limits: .init(runningMax: 3))
      await runner.turn()
      try await TestJobs.until { gate.count == 3 }
      #expect(Set(writer.references) == [1, 2_001, 2])
      // Another process knows who has how many: the third owner comes before everybody, the second before the first.
      try await jobs.add(3_001, owner: 3)
      let other = PageWriter(jobs) { try await gate.pass($0) }
      let second = jobs.runner(other, limits: .init(runningMax: 3), process: "worker")
      await second.turn()
      try await TestJobs.until { gate.count == 6 }
      #expect(Set(other.references) == [3_001, 2_002, 3])
      gate.raise()
      try await TestJobs.until { runner.runningCount + second.runningCount == 0 }
    }
  }

  /// With fewer slots than owners nobody has one running when a slot falls free: turns go round.
  @Test func ownersTakeTurnsWhereSlotsAreFew() async throws {
    try await TestJobs.with { jobs in
      try await jobs.database.write { [queue = jobs.queue] transaction in
        for id in 1...20 { try queue.enqueue(TestJobs.kind, reference: Int64(id), owner: 1, transaction) }
        for id in 101...120 { try queue.enqueue(TestJobs.kind, reference: Int64(id), owner: 2, transaction) }
      }
      jobs.time.advance(by: .seconds(1))
      try await jobs.add(201, owner: 3)
      let writer = PageWriter(jobs)
      let runner = jobs.runner(writer, limits: .init(runningMax: 1))
      try await TestJobs.until {
        await runner.turn()
        return try await jobs.jobCount() == 0
      }
      #expect(writer.references.prefix(7) == [1, 101, 201, 2, 102, 3, 103])
    }
  }

  @Test func twoProcessesNeverRunTheSameJob() async throws {
    try await TestJobs.with { jobs in
      for id in 1...200 { try await jobs.add(Int64(id), owner: Int64(id % 7)) }
      let first = jobs.runner(PageWriter(jobs), limits: .init(runningMax: 8))
      let second = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess(), limits: .init(runningMax: 8), process: "worker")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for runner in [first, second] {
          group.addTask {
            try await TestJobs.until {
              await runner.turn()
              return try await jobs.jobCount() == 0
            }
          }
        }
        try await group.waitForAll()
      }
      for id in 1...200 { #expect(try await jobs.page(Int64(id)) == "completed 1") }
      try await TestJobs.until { first.runningCount + second.runningCount == 0 }
      #expect(first.statistics.finished + second.statistics.finished == 200)
      #expect(first.statistics.leasesLost + second.statistics.leasesLost == 0)
    }
  }

  @Test func aKilledProcessesJobIsTakenAgainAfterItsLeaseAndWrittenOnce() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let killed = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() })
      let runner = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess(), process: "worker")
      try await jobs.add(1)
      await killed.turn()
      try await TestJobs.until { gate.count == 1 }
      // No turn of its any more: nobody extends the lease.
      jobs.time.advance(by: .seconds(29))
      await runner.turn()
      #expect(try await jobs.state(1) == .running(attempts: 1))
      #expect(runner.statistics.begun == 0)
      jobs.time.advance(by: .seconds(2))
      #expect(try await jobs.state(1) == .waiting(attempts: 1))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      // It was only held up, and comes back with a result of its own.
      gate.raise()
      try await TestJobs.until { killed.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      #expect(killed.statistics.leasesLost == 1 && killed.statistics.finished == 0)
    }
  }

  @Test func whoComesBackWhileAnotherRunsTheJobWritesNothing() async throws {
    try await TestJobs.with { jobs in
      let (first, second) = (Gate(), Gate())
      let heldUp = jobs.runner(PageWriter(jobs) { _ in await first.passDeaf() })
      let runner = jobs.runner(PageWriter(jobs) { try await second.pass($0) }, queue: jobs.otherProcess(), process: "worker")
      try await jobs.add(1)
      await heldUp.turn()
      try await TestJobs.until { first.count == 1 }
      jobs.time.advance(by: .seconds(31))
      await runner.turn()
      try await TestJobs.until { second.count == 1 }
      first.raise()
      try await TestJobs.until { heldUp.runningCount == 0 }
      #expect(try await jobs.page(1) == "processing 0")
      #expect(try await jobs.state(1) == .running(attempts: 2))
      second.raise()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
      #expect(heldUp.statistics.leasesLost == 1 && runner.statistics.finished == 1)
    }
  }

  @Test func aLeaseIsExtendedForAsLongAsTheRunTakes() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) })
      let other = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess(), process: "worker")
      try await jobs.add(1)
      await runner.turn()
      for _ in 0..<20 {
        jobs.time.advance(by: .seconds(11))
        await runner.turn()
        await other.turn()
      }
      #expect(try await jobs.state(1) == .running(attempts: 1))
      gate.raise()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(runner.statistics.finished == 1 && other.statistics.begun == 0)
    }
  }

  @Test func aRunThatCannotKeepItsLeaseIsTold() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) })
      let other = jobs.runner(PageWriter(jobs), queue: jobs.otherProcess(), process: "worker")
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { gate.count == 1 }
      jobs.time.advance(by: .seconds(31))
      await other.turn()
      try await TestJobs.until { other.runningCount == 0 }
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(runner.statistics.leasesLost == 1)
      #expect(try await jobs.page(1) == "completed 1")
    }
  }

  @Test func whatAsksForItIsTriedAgainLaterAndNotForEver() async throws {
    try await TestJobs.with { jobs in
      let writer = PageWriter(jobs) { _ in throw JobRetry(PageWriter.Failed()) }
      let runner = jobs.runner(writer, limits: .init(runningMax: 2, attemptsMax: 3))
      try await jobs.add(1)
      for (attempt, delay) in [(1, 1_200), (2, 2_400)] {
        await runner.turn()
        try await TestJobs.until { runner.runningCount == 0 }
        await runner.turn()
        #expect(try await jobs.state(1) == .waiting(attempts: attempt))
        #expect(writer.references.count == attempt)
        jobs.time.advance(by: .milliseconds(delay))
      }
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "gave up after 3 0")
      #expect(try await jobs.jobCount() == 0)
      #expect(runner.statistics.retried == 2 && runner.statistics.failed == 1)
    }
  }

  @Test func aRetryWaitsForAsLongAsItsHandlerAsks() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(
        PageWriter(jobs) { if $0.job.attempts == 1 { throw JobRetry(PageWriter.Failed(), after: .seconds(40)) } })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      jobs.time.advance(by: .seconds(39))
      await runner.turn()
      #expect(try await jobs.state(1) == .waiting(attempts: 1))
      jobs.time.advance(by: .seconds(2))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1")
    }
  }

  @Test func aRunThatOnlyHadToWaitIsNoTry() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let writer = PageWriter(jobs) { run in
        #expect(run.job.attempts == 1)
        if !gate.isRaised { throw JobRetry(PageWriter.Failed(), after: .seconds(5), counts: false) }
      }
      let runner = jobs.runner(writer, limits: .init(runningMax: 2, attemptsMax: 2))
      try await jobs.add(1)
      for _ in 1...10 {
        await runner.turn()
        try await TestJobs.until { runner.runningCount == 0 }
        #expect(try await jobs.state(1) == .waiting(attempts: 0))
        jobs.time.advance(by: .seconds(6))
      }
      gate.raise()
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "completed 1" && writer.references.count == 11)
    }
  }

  @Test func whatFailsOtherwiseFailsAtOnce() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(PageWriter(jobs) { _ in throw PageWriter.Failed() })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "failed: Failed 0")
      #expect(try await jobs.jobCount() == 0)
    }
  }

  @Test func aJobThatKillsItsProcessEachTimeIsGivenUp() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      try await jobs.add(1)
      for attempt in 1...3 {
        let runner = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() })
        await runner.turn()
        try await TestJobs.until { gate.count == attempt }
        jobs.time.advance(by: .seconds(31))
      }
      let runner = jobs.runner(PageWriter(jobs))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "abandoned after 3 0")
      gate.raise()
    }
  }

  /// A handler that writes nothing.
  struct Idle: JobHandler {
    let writer: PageWriter
    func run(_ run: JobRun) async throws {}
    func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws { try writer.fail(job, failure, transaction) }
  }

  @Test func aHandlerThatWritesNoResultHasFailed() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(Idle(writer: PageWriter(jobs)))
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "failed: ResultMissing 0")
    }
  }

  /// A handler that can write neither a result nor that there is none.
  struct Helpless: JobHandler {
    func run(_ run: JobRun) async throws { throw PageWriter.Failed() }
    func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws { throw PageWriter.Failed() }
  }

  @Test func aJobWhoseFailureCannotBeWrittenDoesNotComeBackForEver() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(Helpless(), limits: .init(runningMax: 1, attemptsMax: 2))
      try await jobs.add(1)
      for attempt in 1...5 {
        await runner.turn()
        try await TestJobs.until { runner.runningCount == 0 }
        #expect(try await jobs.state(1) == .running(attempts: attempt))
        jobs.time.advance(by: .seconds(31))
      }
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.jobCount() == 0)
    }
  }

  @Test func aRunThatTakesTooLongIsEnded() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) }, limits: .init(runningMax: 1, timeMax: .seconds(20)))
      try await jobs.add(1)
      await runner.turn()
      jobs.time.advance(by: .seconds(19))
      await runner.turn()
      #expect(runner.runningCount == 1)
      jobs.time.advance(by: .seconds(2))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "time limit 0")
    }
  }
}
