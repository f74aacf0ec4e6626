import Glibc
import Platform
import Synchronization
import Testing

@testable import Net

@Suite struct EventLoopTests {
  @Test func runsWorkInOrderOnItsOwnThread() async {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    #expect(!loop.inLoop)
    let seen = Mutex<[Int]>([])
    for index in 0..<1000 {
      loop.execute { if loop.inLoop { seen.withLock { $0.append(index) } } }
    }
    await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
    #expect(seen.withLock { $0 } == Array(0..<1000))
  }

  @Test func timersFireInOrderAndCancelledOnesDoNot() async {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    let fired: [Int] = await withCheckedContinuation { continuation in
      loop.execute {
        var order: [Int] = []
        loop.schedule(after: .milliseconds(3)) {
          order.append(3)
          continuation.resume(returning: order)
        }
        let cancelled = loop.schedule(after: .milliseconds(2)) { order.append(2) }
        loop.schedule(after: .milliseconds(1)) { order.append(1) }
        loop.cancel(cancelled)
        loop.cancel(cancelled)
      }
    }
    #expect(fired == [1, 3])
  }

  @Test func isTheExecutorOfTasksThatPreferIt() async {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    let before = await Task(executorPreference: loop) {
      let before = loop.inLoop
      await Task.yield()
      return before && loop.inLoop
    }.value
    #expect(before)
  }

  @Test func aContinuationResumedByAnotherThreadComesBackToTheLoop() async {
    let group = EventLoopGroup(count: 2)
    defer { group.shutdown() }
    let (one, two) = (group.loops[0], group.loops[1])
    let isBack = await Task(executorPreference: one) {
      await withCheckedContinuation { continuation in two.execute { continuation.resume() } }
      return one.inLoop
    }.value
    #expect(isBack)
  }

  @Test func jobsThatMakeJobsDoNotStarveTimers() async {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    let stopped = Atomic<Bool>(false)
    await withCheckedContinuation { continuation in
      loop.execute {
        loop.schedule(after: .milliseconds(5)) {
          stopped.store(true, ordering: .relaxed)
          continuation.resume()
        }
        @Sendable func again() { if !stopped.load(ordering: .relaxed) { loop.execute { again() } } }
        again()
      }
    }
    let wasStopped = stopped.load(ordering: .relaxed)
    #expect(wasStopped)
  }

  @Test func theEndOfATurnComesAfterItsJobs() async {
    final class Ender: TurnEnding, @unchecked Sendable {  // used on the loop only
      var order: [String] = []
      var done: (([String]) -> Void)?
      func turnEnds() {
        order.append("end")
        done?(order)
      }
    }
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    let order: [String] = await withCheckedContinuation { continuation in
      loop.execute {
        let ender = Ender()
        ender.done = { continuation.resume(returning: $0) }
        loop.atTurnEnd(ender)
        loop.execute { ender.order.append("job") }
      }
    }
    #expect(order == ["job", "end"])
  }

  @Test func newConnectionsGoToTheLoopWithTheFewest() {
    let group = EventLoopGroup(count: 3)
    defer { group.shutdown() }
    for loop in group.loops[..<2] { loop.connectionEnded(-1) }
    #expect(group.next() === group.loops[2])
    group.loops[0].connectionEnded()
    #expect(group.next() === group.loops[0])
  }

  @Test func durationsClampInsteadOfOverflowing() {
    #expect(MonotonicInstant(nanoseconds: 5) + .seconds(Int64.max) == .never)
    #expect(MonotonicInstant(nanoseconds: 5) + .nanoseconds(7) == MonotonicInstant(nanoseconds: 12))
  }
}
