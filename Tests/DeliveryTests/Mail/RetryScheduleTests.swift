import Platform
import Testing

@testable import Delivery

@Suite struct RetryScheduleTests {
  @Test(arguments: [(1, 1), (2, 2), (3, 4), (10, 512), (11, 600), (100, 600), (1_000_000, 600)])
  func theDelayDoublesUpToTenMinutes(attempts: Int, seconds: Int64) throws {
    let random = SeededRandom(seed: 1)
    var delays: Set<Int64> = []
    for _ in 0..<200 {
      let delay = try #require(RetrySchedule.next(attempts: attempts, createdAt: 0, now: 0, random: random))
      #expect((seconds * 800_000...seconds * 1_200_000).contains(delay))
      delays.insert(delay)
    }
    #expect(delays.count > 50)
  }

  @Test func afterThreeDaysItIsOver() {
    let random = SeededRandom(seed: 1)
    let age = RetrySchedule.ageMax
    #expect(RetrySchedule.next(attempts: 50, createdAt: 0, now: age - 800_000_000, random: random) != nil)
    #expect(RetrySchedule.next(attempts: 50, createdAt: 0, now: age - 400_000_000, random: random) == nil)
  }
}
