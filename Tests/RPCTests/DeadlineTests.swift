import Testing

@testable import RPC

/// gRPC over HTTP/2, "Timeout".
@Suite struct TimeoutHeaderTests {
  @Test(arguments: [
    ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)), ("5u", .microseconds(5)),
    ("6n", .nanoseconds(6)), ("0S", .zero), ("99999999n", .nanoseconds(99_999_999)), ("00000001S", .seconds(1)),
  ])
  func readsEveryUnit(text: String, duration: Duration) {
    #expect(TimeoutHeader.parse(text.utf8) == duration)
  }

  @Test func cutsWhatNoClockCanHold() {
    #expect(TimeoutHeader.parse("99999999H".utf8) == .nanoseconds(Int64.max))
  }

  @Test(arguments: ["", "S", "1", "1s", "1 S", " 1S", "-1S", "+1S", "1.5S", "123456789S", "1SS", "0x1S", "１S", "1h"])
  func refuses(text: String) {
    #expect(TimeoutHeader.parse(text.utf8) == nil)
  }

  @Test(arguments: [
    (Duration.nanoseconds(1), "1n"), (.milliseconds(100), "100000u"), (.seconds(10), "10000000u"), (.seconds(100), "100000m"),
    (.seconds(200_000), "200000S"), (.zero, "0n"), (.seconds(-1), "0n"),
  ])
  func writesTheFinestUnitThatFits(duration: Duration, text: String) {
    let written = TimeoutHeader.text(duration)
    #expect(written.utf8.count <= 9)
    #expect(written == text)
  }

  @Test func neverShortensAWait() throws {
    for duration in [Duration.nanoseconds(99_999_999), .nanoseconds(100_000_001), .nanoseconds(99_999_999_001), .seconds(99_999_999)] {
      let read = try #require(TimeoutHeader.parse(TimeoutHeader.text(duration).utf8))
      #expect(read >= duration)
    }
  }
}

@Suite struct DeadlineTests {
  @Test func aPastDeadlineHasPassedAndLeavesNoTime() {
    let deadline = Deadline(after: .seconds(-1))
    #expect(deadline.hasPassed)
    #expect(deadline.remaining == .zero)
  }

  @Test func aFarDeadlineSaturates() {
    #expect(!Deadline(after: .seconds(Int64.max)).hasPassed)
  }

  @Test func deadlinesCompareByTime() {
    #expect(Deadline(after: .seconds(1)) < Deadline(after: .seconds(60)))
  }
}
