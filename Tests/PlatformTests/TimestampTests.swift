import Platform
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"),
      (1_704_067_200_000_000, "2024-01-01T00:00:00Z"),
      (1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
      (951_782_399_999_999, "2000-02-28T23:59:59Z"),
      (951_868_800_000_000, "2000-03-01T00:00:00Z"),
      (4_107_542_399_000_000, "2100-02-28T23:59:59Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
      (-1, "1969-12-31T23:59:59Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
      // Out of any calendar's use, but a client prints what a server says.
      (.max, "4247-01-10T04:00:54Z"),
    ] as [(Int64, String)])
  func writesSecondsInUTC(microseconds: Int64, text: String) {
    #expect(Timestamp.rfc3339(wallMicroseconds: microseconds) == text)
  }

  @Test func writesSomethingForTheEarliestTimeOfAll() {
    #expect(Timestamp.rfc3339(wallMicroseconds: .min).hasSuffix("T19:59:05Z"))
  }

  @Test func cutsTheFractionInsteadOfRounding() {
    #expect(Timestamp.rfc3339(wallMicroseconds: 1_999_999, fractionDigits: 3) == "1970-01-01T00:00:01.999Z")
    #expect(Timestamp.rfc3339(wallMicroseconds: 1_000_007, fractionDigits: 6) == "1970-01-01T00:00:01.000007Z")
  }
}
