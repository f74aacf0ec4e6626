import Platform
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test func everyThreadHasItsOwnContextAndEveryPieceIsDone() async throws {
    let pool = WorkerPool<Int>(options: .init(name: "test", threads: 3, queueMax: 1_000), makeContext: { $0 })
    let results = try await withThrowingTaskGroup(of: Int.self) { tasks in
      for piece in 0..<500 { tasks.addTask { try await pool.run { context in context < 3 ? piece : -1 } } }
      return try await tasks.reduce(0, +)
    }
    #expect(results == 500 * 499 / 2)
    await pool.close()
    await #expect(throws: WaitFailure.closed) { try await pool.run { _ in } }
  }

  @Test func closeFinishesWhatWaitsAndGivesTheContextsUp() async throws {
    final class Context: Sendable {
      let ended: @Sendable () -> Void
      init(_ ended: @escaping @Sendable () -> Void) { self.ended = ended }
      deinit { ended() }
    }
    let ended = Mutex(0)
    let pool = WorkerPool<Context>(
      options: .init(name: "test", threads: 2, queueMax: 10),
      makeContext: { _ in Context { ended.withLock { $0 += 1 } } })
    try await pool.run { _ in }
    await pool.close()
    #expect(ended.withLock { $0 } == 2)
    await pool.close()
  }

  @Test func anIdleThreadSaysSoOnce() async throws {
    let idle = Atomic<Int>(0)
    let pool = WorkerPool<Void>(
      options: .init(name: "test", threads: 1, queueMax: 10, idleAfter: .milliseconds(1)), makeContext: { _ in },
      onIdle: { idle.wrappingAdd(1, ordering: .relaxed) })
    for round in 1...3 {
      try await pool.run { _ in }
      while idle.load(ordering: .relaxed) < round { await Task.yield() }
      #expect(idle.load(ordering: .relaxed) == round)
    }
    await pool.close()
  }
}
