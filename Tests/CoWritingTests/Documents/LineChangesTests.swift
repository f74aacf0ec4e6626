import Testing

@testable import CoWriting

@Suite struct LineChangesTests {
  @Test func aChangedLineIsRemovedAndAdded() {
    let changes = LineChanges(from: "# 总则\n第一条\n第二条\n", to: "# 总则\n第一条\n第二条（修订）\n第三条")
    #expect(
      changes.stretches == [
        .init(kind: .same, text: "# 总则\n第一条\n"), .init(kind: .removed, text: "第二条\n"), .init(kind: .added, text: "第二条（修订）\n第三条"),
      ])
    #expect(changes.removedLines == 1 && changes.addedLines == 2)
  }

  @Test(arguments: ["", "a", "a\n", "\n", "一\r\n二\r\n"])
  func equalTextsAreOneStretch(_ text: String) {
    let changes = LineChanges(from: text, to: text)
    #expect(changes.stretches == (text.isEmpty ? [] : [.init(kind: .same, text: text)]))
    #expect(changes.addedLines == 0 && changes.removedLines == 0)
  }

  @Test func aMissingLineEndIsADifference() {
    let changes = LineChanges(from: "a\nb", to: "a\nb\n")
    #expect(changes.stretches == [.init(kind: .same, text: "a\n"), .init(kind: .removed, text: "b"), .init(kind: .added, text: "b\n")])
  }

  /// "é" as one character and as two: the same for Swift's strings, not for whoever reads the text back.
  @Test func linesAreBytes() {
    let (one, two) = ("x\ncafé\ny\n", "x\ncafe\u{301}\ny\n")
    let changes = LineChanges(from: one, to: two)
    #expect(changes.addedLines == 1 && changes.removedLines == 1)
    expectWhole(changes, one, two)
  }

  /// Common bytes within a line, or within a character, must not be taken for common lines.
  @Test func bothTextsCanBePutTogetherAgain() {
    var draw = SeededGenerator(seed: 3)
    let pieces = ["a", "b", "ab", "\n", "\n", "一", "丁", "\r\n", "x", "🙂", "🙃", "", "é", "e\u{301}"]
    for round in 0..<4_000 {
      let old = (0..<Int.random(in: 0...24, using: &draw)).map { _ in pieces.randomElement(using: &draw) ?? "" }
      var new = old
      for _ in 0..<Int.random(in: 0...6, using: &draw) {
        let place = Int.random(in: 0...new.count, using: &draw)
        if place < new.count, Bool.random(using: &draw) {
          new.remove(at: place)
        } else {
          new.insert(pieces.randomElement(using: &draw) ?? "", at: place)
        }
      }
      let (from, to) = (old.joined(), new.joined())
      expectWhole(LineChanges(from: from, to: to), from, to)
      // The same with ceilings that are reached.
      expectWhole(LineChanges(from: from, to: to, linesMax: round % 4, workMax: round % 7), from, to)
    }
  }

  @Test func tooManyLinesAreOneStretchEach() {
    let old = "same\n" + (0..<50).map { "\($0)\n" }.joined() + "end\n"
    let new = "same\n" + (0..<50).map { "\($0 * 2)\n" }.joined() + "end\n"
    let changes = LineChanges(from: old, to: new, linesMax: 40)
    #expect(changes.stretches.map(\.kind) == [.same, .removed, .added, .same])
    expectWhole(changes, old, new)
  }

  /// More lines than are compared one by one.
  @Test func hundredsOfThousandsOfLines() {
    let old = "x\n" + String(repeating: "a\n", count: 200_001)
    let new = "x\n" + String(repeating: "b\n", count: 3)
    let changes = LineChanges(from: old, to: new)
    #expect(changes.stretches.map(\.kind) == [.same, .removed, .added])
    #expect(changes.removedLines == 200_001 && changes.addedLines == 3)
    expectWhole(changes, old, new)
  }

  private func expectWhole(_ changes: LineChanges, _ old: String, _ new: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let from = changes.stretches.filter { $0.kind != .added }.map(\.text).joined()
    let to = changes.stretches.filter { $0.kind != .removed }.map(\.text).joined()
    #expect(from.utf8.elementsEqual(old.utf8) && to.utf8.elementsEqual(new.utf8), sourceLocation: sourceLocation)
    let repeats = zip(changes.stretches, changes.stretches.dropFirst()).contains { $0.kind == $1.kind }
    #expect(!repeats && !changes.stretches.contains { $0.text.isEmpty }, sourceLocation: sourceLocation)
  }
}
