import Testing

@testable import CoWriting

@Suite struct EditScriptTests {
  @Test(
    arguments: [([], []), ([1], []), ([], [1]), ([1], [1]), ([1], [2]), ([1, 2], [2, 1]), ([1, 2, 3], [2]), ([2], [1, 2, 3])]
      as [([Int32], [Int32])])
  func smallOnes(_ old: [Int32], _ new: [Int32]) { check(old, new) }

  /// Against the textbook's table of longest common subsequences.
  @Test func itIsTheShortest() {
    var draw = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      let kinds = Int32.random(in: 1...6, using: &draw)
      let old = (0..<Int.random(in: 0...14, using: &draw)).map { _ in Int32.random(in: 0..<kinds, using: &draw) }
      let new = (0..<Int.random(in: 0...14, using: &draw)).map { _ in Int32.random(in: 0..<kinds, using: &draw) }
      check(old, new)
    }
  }

  @Test func editsOfALongSequenceAreFound() {
    var draw = SeededGenerator(seed: 5)
    let old = (0..<5_000).map { _ in Int32.random(in: 0..<300, using: &draw) }
    var new = old
    for _ in 0..<40 {
      let place = Int.random(in: 0..<new.count, using: &draw)
      if Bool.random(using: &draw) { new.remove(at: place) } else { new.insert(Int32.random(in: 0..<300, using: &draw), at: place) }
    }
    let script = EditScript(from: old, to: new)
    expectRight(script, old, new)
    #expect(script.removed.count { $0 } + script.added.count { $0 } <= 40)
    #expect(!script.isCoarse)
  }

  @Test func beyondItsWorkItIsCoarseAndRight() {
    var draw = SeededGenerator(seed: 6)
    let old = (0..<2_000).map { _ in Int32.random(in: 0..<5, using: &draw) }
    let new = (0..<2_000).map { _ in Int32.random(in: 0..<5, using: &draw) }
    for work in [0, 100, 10_000, 100_000] {
      let script = EditScript(from: old, to: new, workMax: work)
      expectRight(script, old, new)
      #expect(script.isCoarse)
    }
  }

  /// Whatever only one has costs no search.
  @Test func nothingInCommonIsNoWork() {
    let script = EditScript(from: Array(0..<50_000), to: Array(50_000..<100_000), workMax: 0)
    #expect(!script.isCoarse && !script.removed.contains(false) && !script.added.contains(false))
  }

  private func check(_ old: [Int32], _ new: [Int32], sourceLocation: SourceLocation = #_sourceLocation) {
    let script = EditScript(from: old, to: new)
    expectRight(script, old, new, sourceLocation: sourceLocation)
    let kept = longestCommon(old, new)
    #expect(script.removed.count { $0 } == old.count - kept, "\(old) \(new)", sourceLocation: sourceLocation)
    #expect(script.added.count { $0 } == new.count - kept, "\(old) \(new)", sourceLocation: sourceLocation)
  }

  private func expectRight(
    _ script: EditScript, _ old: [Int32], _ new: [Int32], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let keptOld = zip(old, script.removed).filter { !$0.1 }.map(\.0)
    let keptNew = zip(new, script.added).filter { !$0.1 }.map(\.0)
    #expect(keptOld == keptNew && script.removed.count == old.count && script.added.count == new.count, sourceLocation: sourceLocation)
  }

  private func longestCommon(_ old: [Int32], _ new: [Int32]) -> Int {
    var row = Array(repeating: 0, count: new.count + 1)
    for item in old {
      var diagonal = 0
      for (index, other) in new.enumerated() {
        let above = row[index + 1]
        row[index + 1] = item == other ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    return row[new.count]
  }
}

/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
