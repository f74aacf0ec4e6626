import Platform
import Testing

@Suite struct MonotonicInstantTests {
  @Test func sumsStopAtNever() {
    #expect(MonotonicInstant(nanoseconds: 5) + .nanoseconds(7) == MonotonicInstant(nanoseconds: 12))
    #expect(MonotonicInstant.never + .seconds(1) == .never)
    #expect(MonotonicInstant(nanoseconds: 1) + .seconds(Int64.max) == .never)
  }

  @Test func differencesAndRoundings() {
    #expect(MonotonicInstant(nanoseconds: 12) - MonotonicInstant(nanoseconds: 5) == .nanoseconds(7))
    #expect(Duration.milliseconds(1).secondsRoundedUp == 1)
    #expect(Duration.seconds(2).secondsRoundedUp == 2)
    #expect(Duration.seconds(-3).secondsRoundedUp == 0)
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
  }

  @Test func theManualClocksMoveTogether() {
    let time = ManualTime()
    let wall = time.wallMicroseconds
    let monotonic = time.monotonic
    time.advance(by: .seconds(3))
    #expect(time.wallMicroseconds - wall == 3_000_000)
    #expect(time.monotonic - monotonic == .seconds(3))
  }
}
