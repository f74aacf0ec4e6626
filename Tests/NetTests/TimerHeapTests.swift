import Platform
import Testing

@testable import Net

@Suite struct TimerHeapTests {
  private func timer(_ nanoseconds: Int64, _ sequence: UInt64) -> TimerHandle {
    TimerHandle(deadline: MonotonicInstant(nanoseconds: nanoseconds), sequence: sequence) {}
  }

  @Test func firesInOrderOfDeadlineAndThenOfSetting() {
    var heap = TimerHeap()
    for (sequence, deadline) in [5, 3, 9, 3, 1, 5].enumerated() { heap.insert(timer(Int64(deadline), UInt64(sequence))) }
    var order: [String] = []
    while let next = heap.popExpired(.never) { order.append("\(next.deadline.nanoseconds).\(next.sequence)") }
    #expect(order == ["1.4", "3.1", "3.3", "5.0", "5.5", "9.2"])
  }

  @Test func whatIsNotDueStays() {
    var heap = TimerHeap()
    heap.insert(timer(10, 0))
    #expect(heap.popExpired(MonotonicInstant(nanoseconds: 9)) == nil)
    #expect(heap.popExpired(MonotonicInstant(nanoseconds: 10)) != nil)
    #expect(heap.count == 0)
  }

  @Test func removingLeavesNothingBehindAndMayBeRepeated() {
    var heap = TimerHeap()
    let one = timer(1, 0)
    heap.insert(one)
    heap.remove(one)
    heap.remove(one)
    #expect(heap.count == 0)
    #expect(!one.isPending)
  }

  @Test func agreesWithASortedListUnderRandomInsertsAndRemoves() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(state: seed)
    var heap = TimerHeap()
    var model: [TimerHandle] = []
    for sequence in 0..<2000 {
      if model.isEmpty || random.next() % 3 > 0 {
        let new = timer(Int64(random.next() % 500), UInt64(sequence))
        heap.insert(new)
        model.append(new)
      } else {
        let gone = model.remove(at: Int(random.next() % UInt64(model.count)))
        heap.remove(gone)
      }
      #expect(heap.earliest == model.map(\.deadline).min(), "seed \(seed)")
      #expect(heap.count == model.count, "seed \(seed)")
    }
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
