import Platform
import Testing

@testable import Identity

/// Exactly so many in each window.
@Suite struct FixedWindowLimiterTests {
  let time = ManualTime()

  @Test func countsDownAndRefuses() {
    let limiter = FixedWindowLimiter(window: .seconds(60), time: time)
    let states = (1...4).map { _ in limiter.count("a", limit: 3) }
    #expect(states.map(\.remaining) == [2, 1, 0, 0])
    #expect(states.map(\.isExceeded) == [false, false, false, true])
    #expect(states.allSatisfy { $0.resetsAt == time.wallSeconds + 60 && $0.wait == .seconds(60) })
  }

  @Test func aWindowBeginsWithItsFirstCall() {
    let limiter = FixedWindowLimiter(window: .seconds(60), time: time)
    time.advance(by: .seconds(30))
    _ = limiter.count("a", limit: 1)
    time.advance(by: .seconds(59))
    #expect(limiter.count("a", limit: 1).isExceeded)
    time.advance(by: .seconds(1))
    let state = limiter.count("a", limit: 1)
    #expect(!state.isExceeded && state.resetsAt == time.wallSeconds + 60)
  }

  @Test func keysDoNotShare() {
    let limiter = FixedWindowLimiter(window: .seconds(60), time: time)
    _ = limiter.count("a", limit: 1)
    #expect(!limiter.count("b", limit: 1).isExceeded)
    #expect(limiter.count("a", limit: 1).isExceeded)
  }

  @Test func isExactForManyAtOnce() async {
    let limiter = FixedWindowLimiter(window: .seconds(60), time: time)
    let admitted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { (0..<100).filter { _ in !limiter.count("a", limit: 100).isExceeded }.count } }
      return await group.reduce(0, +)
    }
    #expect(admitted == 100)
  }

  @Test func remembersNoMoreThanItMay() {
    let limiter = FixedWindowLimiter(window: .seconds(60), keysMax: 16, time: time)
    for key in 0..<1000 { _ = limiter.count("\(key)", limit: 1) }
    #expect(limiter.keyCount <= 16)
  }
}
