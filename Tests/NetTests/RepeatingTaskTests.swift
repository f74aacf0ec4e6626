import Synchronization
import Testing

@testable import Net

struct RepeatingTaskTests {
  private final class Count: Sendable {
    let runs = Atomic<Int>(0)
    let atOnce = Atomic<Int>(0)
    let overlaps = Atomic<Int>(0)
  }

  private static func wait(until condition: @escaping @Sendable () -> Bool) async {
    while !condition() { await Task.yield() }
  }

  @Test(.timeLimit(.minutes(1))) func runsAgainAfterEachInterval() async {
    let group = EventLoopGroup(count: 1)
    let count = Count()
    let task = RepeatingTask(loop: group.loops[0], every: .milliseconds(1)) { count.runs.add(1, ordering: .relaxed) }
    await Self.wait { count.runs.load(ordering: .relaxed) >= 5 }
    await task.stop()
    let stopped = count.runs.load(ordering: .relaxed)
    task.fireNow()
    await withUnsafeContinuation { done in group.loops[0].execute { done.resume() } }
    #expect(count.runs.load(ordering: .relaxed) == stopped)
    group.shutdown()
  }

  @Test(.timeLimit(.minutes(1))) func firesAtOnceAndNeverTwiceAtATime() async {
    let group = EventLoopGroup(count: 1)
    let count = Count()
    let task = RepeatingTask(loop: group.loops[0], every: .seconds(3600)) {
      if count.atOnce.add(1, ordering: .relaxed).newValue > 1 { count.overlaps.add(1, ordering: .relaxed) }
      await Task.yield()
      count.atOnce.subtract(1, ordering: .relaxed)
      count.runs.add(1, ordering: .relaxed)
    }
    await Self.wait { count.runs.load(ordering: .relaxed) == 1 }
    for _ in 0..<10 { task.fireNow() }
    // Ten wishes while one run is under way are one more run.
    await Self.wait { count.runs.load(ordering: .relaxed) >= 2 }
    await task.stop()
    #expect(count.overlaps.load(ordering: .relaxed) == 0)
    group.shutdown()
  }
}
