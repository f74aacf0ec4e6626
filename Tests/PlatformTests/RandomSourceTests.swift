import Platform
import Testing

@Suite struct RandomSourceTests {
  @Test func theKernelsBytesDifferEachTime() {
    let random = SystemRandom()
    var seen: Set<[UInt8]> = []
    for _ in 0..<2_000 { seen.insert(random.bytes(16)) }
    #expect(seen.count == 2_000)
    #expect(random.bytes(0) == [])
    #expect(random.bytes(1_000).count == 1_000)
  }

  @Test func aSeedRepeatsItsSequence() {
    let first = SeededRandom(seed: 5)
    let second = SeededRandom(seed: 5)
    #expect(first.bytes(20) == second.bytes(20))
    #expect(first.bytes(20) != SeededRandom(seed: 6).bytes(20))
  }

  @Test func numbersStayBelowTheirBound() {
    let random = SeededRandom(seed: 1)
    for bound in [1, 2, 3, 10, 1_000_000, UInt64.max / 2 + 2, .max] as [UInt64] {
      for _ in 0..<100 { #expect(random.number(below: bound) < bound) }
    }
  }
}
