import Testing

@testable import Net

@Suite struct ByteQueueTests {
  @Test func takesAWholeArrayAndGivesItBackInOrder() {
    var queue = ByteQueue()
    queue.append([1, 2, 3])
    queue.append([4])
    #expect(queue.count == 4)
    queue.consume(2)
    #expect(queue.bytes == [3, 4])
    queue.consume(2)
    #expect(queue.isEmpty)
    queue.withUnsafeBytes { #expect($0.isEmpty) }
  }

  @Test func behavesLikeAnArrayUnderRandomAppendsAndReads() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(state: seed)
    var queue = ByteQueue()
    var model: [UInt8] = []
    for _ in 0..<3000 {
      if random.next() % 2 == 0 {
        let bytes = (0..<Int(random.next() % 3000)).map { UInt8(truncatingIfNeeded: $0) }
        queue.append(bytes)
        model += bytes
      } else if !model.isEmpty {
        let count = Int(random.next() % UInt64(min(model.count, 5000) + 1))
        queue.consume(count)
        model.removeFirst(count)
      }
      guard queue.count == model.count else {
        Issue.record("seed \(seed)")
        return
      }
    }
    #expect(queue.bytes == model, "seed \(seed)")
  }
}
