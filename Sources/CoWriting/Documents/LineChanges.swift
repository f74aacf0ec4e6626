import Protobuf

/// What two texts have differently, line by line: stretches of lines in order, from which both can be put together again. A line has its
/// line end.
///
/// What the texts begin and end with in common is left out first, then lines that only one of them has; the rest is `EditScript`'s. Where
/// there are too many lines, or they differ too much to be compared in some tenths of a second, everything in between counts as removed
/// and added: right all the same, only coarse.
struct LineChanges: Sendable {
  enum Kind: String, Sendable {
    case same, added, removed
  }

  struct Stretch: Equatable, Sendable {
    var kind: Kind
    var text: String
  }

  private(set) var stretches: [Stretch] = []
  private(set) var addedLines: Int64 = 0
  private(set) var removedLines: Int64 = 0

  /// Lines of a text, between what is common, that are still compared one by one.
  static let linesMax = 200_000

  /// - Parameter workMax: What bounds the comparison: of `EditScript`.
  init(from: String, to: String, linesMax: Int = linesMax, workMax: Int = EditScript.workMax) {
    let (old, new) = (Array(from.utf8), Array(to.utf8))
    let prefix = Self.commonPrefix(old, new)
    let suffix = Self.commonSuffix(old, new, after: prefix)
    let (oldMiddle, newMiddle) = (old[prefix..<old.count - suffix], new[prefix..<new.count - suffix])
    append(.same, old[..<prefix])
    let (oldEnds, newEnds) = (Self.lineEnds(oldMiddle), Self.lineEnds(newMiddle))
    if max(oldEnds.count, newEnds.count) > linesMax {
      append(.removed, oldMiddle, lines: oldEnds.count)
      append(.added, newMiddle, lines: newEnds.count)
    } else {
      compare(oldMiddle, oldEnds, newMiddle, newEnds, workMax: workMax)
    }
    append(.same, old[(old.count - suffix)...])
  }

  private mutating func compare(_ old: ArraySlice<UInt8>, _ oldEnds: [Int], _ new: ArraySlice<UInt8>, _ newEnds: [Int], workMax: Int) {
    // Lines that are alike bytewise have one number. Strings would be compared by canonical equivalence, map keys are not.
    var numbers: [MapKey: Int32] = [:]
    func numbered(_ text: ArraySlice<UInt8>, _ ends: [Int]) -> [Int32] {
      var start = text.startIndex
      return ends.map { end in
        let line = MapKey(String(decoding: text[start..<end], as: UTF8.self))
        start = end
        if let known = numbers[line] { return known }
        let next = Int32(numbers.count)
        numbers[line] = next
        return next
      }
    }
    let script = EditScript(from: numbered(old, oldEnds), to: numbered(new, newEnds), workMax: workMax)
    var (oldLine, newLine) = (0, 0)
    var (oldStart, newStart) = (old.startIndex, new.startIndex)
    while oldLine < oldEnds.count || newLine < newEnds.count {
      let removed = oldLine
      while oldLine < oldEnds.count, script.removed[oldLine] { oldLine += 1 }
      if oldLine > removed {
        append(.removed, old[oldStart..<oldEnds[oldLine - 1]], lines: oldLine - removed)
        oldStart = oldEnds[oldLine - 1]
      }
      let added = newLine
      while newLine < newEnds.count, script.added[newLine] { newLine += 1 }
      if newLine > added {
        append(.added, new[newStart..<newEnds[newLine - 1]], lines: newLine - added)
        newStart = newEnds[newLine - 1]
      }
      let same = oldLine
      while oldLine < oldEnds.count, newLine < newEnds.count, !script.removed[oldLine], !script.added[newLine] {
        oldLine += 1
        newLine += 1
      }
      if oldLine > same {
        append(.same, old[oldStart..<oldEnds[oldLine - 1]])
        oldStart = oldEnds[oldLine - 1]
        newStart = newEnds[newLine - 1]
      }
    }
  }

  private mutating func append(_ kind: Kind, _ bytes: ArraySlice<UInt8>, lines: Int = 0) {
    if bytes.isEmpty { return }
    switch kind {
    case .same: break
    case .added: addedLines += Int64(lines)
    case .removed: removedLines += Int64(lines)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if stretches.last?.kind == kind {
      stretches[stretches.count - 1].text += text
    } else {
      stretches.append(Stretch(kind: kind, text: text))
    }
  }

  /// Bytes of whole lines that both begin with.
  private static func commonPrefix(_ old: [UInt8], _ new: [UInt8]) -> Int {
    let most = min(old.count, new.count)
    var count = 0
    var lineStart = 0
    while count < most, old[count] == new[count] {
      count += 1
      if old[count - 1] == lineFeed { lineStart = count }
    }
    return count == old.count && count == new.count ? count : lineStart
  }

  /// Bytes of whole lines that both end with, after the first `prefix` bytes.
  private static func commonSuffix(_ old: [UInt8], _ new: [UInt8], after prefix: Int) -> Int {
    let most = min(old.count, new.count) - prefix
    var count = 0
    var lineStart = 0
    while count < most, old[old.count - 1 - count] == new[new.count - 1 - count] {
      count += 1
      let (oldStart, newStart) = (old.count - count, new.count - count)
      if oldStart == prefix || old[oldStart - 1] == lineFeed, newStart == prefix || new[newStart - 1] == lineFeed { lineStart = count }
    }
    return lineStart
  }

  /// Where each line ends, its line end included.
  private static func lineEnds(_ text: ArraySlice<UInt8>) -> [Int] {
    var ends: [Int] = []
    for index in text.indices where text[index] == lineFeed { ends.append(index + 1) }
    if let last = text.last, last != lineFeed { ends.append(text.endIndex) }
    return ends
  }

  private static let lineFeed = UInt8(ascii: "\n")
}
