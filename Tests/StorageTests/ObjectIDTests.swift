import Platform
import Storage
import Testing

@Suite struct ObjectIDTests {
  @Test func beginsWithTheSecondItWasMadeIn() {
    let time = ManualTime(wallMicroseconds: 1_704_067_200_999_999)
    let ids = ObjectIDGenerator(time: time, random: SeededRandom(seed: 1))
    let first = ids.next()
    #expect(first.hasPrefix("65920080"))
    time.advance(by: .seconds(1))
    #expect(ids.next().hasPrefix("65920081"))
  }

  @Test func isValidByItsOwnRuleAndNeverTheSameTwice() {
    let ids = ObjectIDGenerator(time: SystemTime(), random: SystemRandom())
    var seen: Set<String> = []
    for _ in 0..<10_000 {
      let id = ids.next()
      #expect(ObjectIDGenerator.isValid(id))
      seen.insert(id)
    }
    #expect(seen.count == 10_000)
  }

  @Test(arguments: [
    "", "65920080000000000000000", "6592008000000000000000000", "65920080000000000000000G", "65920080000000000000000A",
    "６5920080000000000000", "6592008000000000000000 0", "../../../../etc/passwd01", "65920080000000000000000\u{0}",
  ])
  func refusesWhatIsNone(text: String) { #expect(!ObjectIDGenerator.isValid(text)) }
}
