import Jobs
import Platform
import Storage
import Testing

@Suite struct JobDrainTests {
  @Test func anIdleRunnerIsDrainedAtOnce() async throws {
    try await TestJobs.with { jobs in
      let runner = jobs.runner(PageWriter(jobs))
      await runner.drain()
      try await jobs.add(1)
      await runner.turn()
      #expect(runner.statistics.begun == 0)
    }
  }

  @Test func whatEndsInTimeEndsAndTheRestIsHandedBack() async throws {
    try await TestJobs.with { jobs in
      let (short, long) = (Gate(), Gate())
      let runner = jobs.runner(PageWriter(jobs) { try await ($0.job.reference == 1 ? short : long).pass($0) })
      try await jobs.add(1)
      try await jobs.add(2)
      await runner.turn()
      try await TestJobs.until { short.count + long.count == 2 }
      async let drained: Void = runner.drain(grace: .seconds(20))
      try await jobs.add(3)
      short.raise()
      try await TestJobs.until {
        await runner.turn()
        return runner.runningCount == 1
      }
      jobs.time.advance(by: .seconds(21))
      try await TestJobs.until {
        await runner.turn()
        return runner.runningCount == 0
      }
      await drained
      #expect(try await jobs.page(1) == "completed 1")
      #expect(runner.statistics.handedBack == 1)
      // As if it had not been begun, and at once for somebody else.
      #expect(try await jobs.state(2) == .waiting(attempts: 0))
      #expect(try await jobs.state(3) == .waiting(attempts: 0))
      let next = jobs.runner(PageWriter(jobs))
      await next.turn()
      try await TestJobs.until { next.runningCount == 0 }
      #expect(try await jobs.page(2) == "completed 1")
    }
  }

  @Test func aRunThatDoesNotListenHoldsADrainUpForFiveSeconds() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { gate.count == 1 }
      let drained = Gate()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await runner.drain(grace: .seconds(1))
          drained.raise()
        }
        try await TestJobs.until {
          // Each turn a quarter of a second, as in a process that ends.
          jobs.time.advance(by: .milliseconds(250))
          await runner.turn()
          return drained.isRaised
        }
        try await group.waitForAll()
      }
      #expect(runner.runningCount == 1)
      gate.raise()
      try await TestJobs.until { runner.runningCount == 0 }
    }
  }
}
