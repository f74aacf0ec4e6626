import Platform
import Testing

@testable import Identity

@Suite struct RateLimiterTests {
  let time = ManualTime()

  @Test func aBurstPassesAndThenOneForEachShareOfTheTime() {
    let limiter = RateLimiter(RateLimit(burst: 5, refill: .seconds(60)), time: time)
    for _ in 0..<5 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") == .seconds(12))
    time.advance(by: .seconds(11))
    #expect(limiter.take("a") == .seconds(1))
    time.advance(by: .seconds(1))
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("a") == .seconds(12))
  }

  @Test func aRefusalCostsNothing() {
    let limiter = RateLimiter(RateLimit(burst: 1, refill: .seconds(10)), time: time)
    #expect(limiter.take("a") == nil)
    for _ in 0..<100 { #expect(limiter.take("a") == .seconds(10)) }
    time.advance(by: .seconds(10))
    #expect(limiter.take("a") == nil)
  }

  @Test func restFillsTheBucketButNoFurther() {
    let limiter = RateLimiter(RateLimit(burst: 3, refill: .seconds(3)), time: time)
    #expect(limiter.take("a") == nil)
    time.advance(by: .seconds(1_000_000))
    for _ in 0..<3 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") != nil)
  }

  @Test func keysDoNotDisturbEachOther() {
    let limiter = RateLimiter(RateLimit(burst: 1, refill: .seconds(60)), time: time)
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("b") == nil)
    #expect(limiter.take("a") != nil)
    // Canonically equal to Swift, and two keys all the same.
    #expect(limiter.take("caf\u{e9}") == nil)
    #expect(limiter.take("cafe\u{301}") == nil)
  }

  @Test func askingTakesNothing() {
    let limiter = RateLimiter(RateLimit(burst: 1, refill: .seconds(60)), time: time)
    #expect(limiter.wait(for: "a") == nil)
    #expect(limiter.take("a") == nil)
    #expect(limiter.wait(for: "a") == .seconds(60))
  }

  @Test func aResetFillsTheBucket() {
    let limiter = RateLimiter(RateLimit(burst: 1, refill: .seconds(60)), time: time)
    #expect(limiter.take("a") == nil)
    limiter.reset("a")
    #expect(limiter.take("a") == nil)
  }

  @Test func neverRemembersMoreKeysThanItMay() {
    let limiter = RateLimiter(RateLimit(burst: 2, refill: .seconds(60)), keysMax: 100, time: time)
    for index in 0..<1_000 {
      #expect(limiter.take("key \(index)") == nil)
      #expect(limiter.keyCount <= 100)
    }
  }

  @Test func aFloodOfKeysDoesNotFreeAnEmptyBucketFirst() {
    let limiter = RateLimiter(RateLimit(burst: 10, refill: .seconds(60)), keysMax: 100, time: time)
    for _ in 0..<10 { #expect(limiter.take("guesser") == nil) }
    for index in 0..<500 { _ = limiter.take("key \(index)") }
    #expect(limiter.take("guesser") != nil)
  }
}
