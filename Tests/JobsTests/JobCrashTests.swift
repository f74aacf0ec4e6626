import Jobs
import Platform
import Storage
import Synchronization
import Testing

/// Many processes, some of them killed at any point, by seeds.
@Suite struct JobCrashTests {
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func everyJobsResultIsWrittenOnceWhateverDies(seed: UInt64) async throws {
    try await TestJobs.with { jobs in
      let random = SeededRandom(seed: seed)
      let jobCount: Int64 = 40
      for id in 1...jobCount { try await jobs.add(id, owner: Int64(random.number(below: 5))) }
      // A process that was killed or held up: its runs stop before their result, for good or until they come back with it.
      let graves = [Gate(), Gate(), Gate(), Gate()]
      let makeRunner: (Int) -> (JobRunner, PageWriter) = { number in
        let dies = Mutex(SeededRandom(seed: seed &* 1_000 &+ UInt64(number)))
        let writer = PageWriter(jobs) { run in
          let fate = dies.withLock { $0.number(below: 10) }
          if fate < 2 { await graves[Int(run.job.id) % 4].passDeaf() }
          if fate == 2 { throw JobRetry(PageWriter.Failed()) }
        }
        return (jobs.runner(writer, queue: jobs.otherProcess(), limits: .init(runningMax: 4, attemptsMax: 1_000)), writer)
      }
      var runners: [JobRunner] = []
      var alive: [JobRunner] = []
      var rounds = 0
      while try await jobs.jobCount() != 0 {
        rounds += 1
        try #require(rounds < 5_000, "jobs are left")
        if alive.count < 3 {
          let (runner, _) = makeRunner(runners.count)
          runners.append(runner)
          alive.append(runner)
        }
        await alive[Int(random.number(below: UInt64(alive.count)))].turn()
        if random.number(below: 60) == 0 { graves[Int(random.number(below: 4))].raise() }
        if random.number(below: 8) == 0 { alive.remove(at: Int(random.number(below: UInt64(alive.count)))) }
        jobs.time.advance(by: .milliseconds(Int64(random.number(below: 4_000))))
      }
      for grave in graves { grave.raise() }
      try await TestJobs.until { runners.allSatisfy { $0.runningCount == 0 } }
      for id in 1...jobCount { #expect(try await jobs.page(id) == "completed 1") }
    }
  }
}
