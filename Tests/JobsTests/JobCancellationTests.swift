import Jobs
import Platform
import Storage
import Testing

@Suite struct JobCancellationTests {
  @Test func whatWaitsIsGoneAtOnce() async throws {
    try await TestJobs.with { jobs in
      try await jobs.add(1)
      #expect(try await jobs.cancel(1) == .removed)
      #expect(try await jobs.jobCount() == 0)
      #expect(try await jobs.cancel(1) == .absent)
    }
  }

  @Test(arguments: [true, false])
  func whatRunsIsToldAlsoFromAnotherProcess(isGenerationShared: Bool) async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { try await gate.pass($0) })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { gate.count == 1 }
      let other = jobs.otherProcess(generation: isGenerationShared ? nil : SharedGeneration())
      #expect(try await jobs.cancel(1, queue: other) == .asked)
      #expect(try await jobs.state(1) == .ending)
      // Through the generation the next turn knows, without it the next look into the table.
      jobs.time.advance(by: isGenerationShared ? .milliseconds(1) : .milliseconds(500))
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "cancelled 0")
      #expect(try await jobs.jobCount() == 0)
    }
  }

  @Test func aResultThatComesAfterACancellationIsNotWritten() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let runner = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() })
      try await jobs.add(1)
      await runner.turn()
      try await TestJobs.until { gate.count == 1 }
      #expect(try await jobs.cancel(1) == .asked)
      gate.raise()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "cancelled 0")
    }
  }

  @Test func whatWasCancelledInADeadProcessEndsInTheNext() async throws {
    try await TestJobs.with { jobs in
      let gate = Gate()
      let killed = jobs.runner(PageWriter(jobs) { _ in await gate.passDeaf() })
      try await jobs.add(1)
      await killed.turn()
      try await TestJobs.until { gate.count == 1 }
      #expect(try await jobs.cancel(1) == .asked)
      jobs.time.advance(by: .seconds(31))
      let writer = PageWriter(jobs)
      let runner = jobs.runner(writer, process: "worker")
      await runner.turn()
      try await TestJobs.until { runner.runningCount == 0 }
      #expect(try await jobs.page(1) == "cancelled 0")
      #expect(writer.references.isEmpty)
      gate.raise()
      try await TestJobs.until { killed.runningCount == 0 }
      #expect(try await jobs.page(1) == "cancelled 0")
    }
  }
}
