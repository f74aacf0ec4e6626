import Platform
import Storage
import Testing

@Suite struct UUIDTests {
  @Test func haveTheFormAndTheVersion() throws {
    let ids = UUIDGenerator(random: SeededRandom(seed: 3))
    for _ in 0..<200 {
      let id = ids.next()
      #expect(try id.wholeMatch(of: Regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")) != nil)
    }
  }

  @Test func noTwoAreAlike() {
    let ids = UUIDGenerator(random: SystemRandom())
    #expect(Set((0..<1000).map { _ in ids.next() }).count == 1000)
  }
}
