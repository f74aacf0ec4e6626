/// A PDF's bytes on their way out, with cairo's table of objects put right.
///
/// For every link cairo 1.16 reserves an object for a structure tree that it then does not write, and its cross-reference table
/// says that it did: strict readers call such a file damaged. So this notes which objects pass by, holds the table
/// back, and marks as free in it what never came (ISO 32000-1, section 7.5.4). `RepeatedResources` repairs another of its lists.
final class PDFStream {
  private let output: OutputBuffer
  /// Offset of each object that has passed.
  private var objects: [Int: Int] = [:]
  private var offset = 0
  /// The last bytes of what came before, in which a mark may have begun.
  private var carry: [UInt8] = []
  /// From the word that begins the table on.
  private var tail: [UInt8] = []
  private var isInTail = false
  private var resources = RepeatedResources()
  /// What ended the writing, as cairo's functions can report no error of ours.
  private(set) var failure: (any Error)?

  init(_ output: OutputBuffer) { self.output = output }

  private static let objectMark = Array(" 0 obj".utf8)
  private static let tableMark = Array("\nxref\n0 ".utf8)
  private static let carryBytes = 20

  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    let passed = resources.pass(bytes)
    try passed.withUnsafeBufferPointer { try take($0) }
  }

  private func take(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    if let failure { throw failure }
    do {
      if isInTail {
        tail.append(contentsOf: bytes)
      } else {
        try scan(bytes)
      }
    } catch {
      failure = error
      throw error
    }
  }

  private func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    let known = carry.count
    let window = carry + bytes
    let base = offset - known
    var tableStart: Int?
    window.withUnsafeBufferPointer { window in
      var index = max(0, known - Self.objectMark.count + 1)
      while index + Self.objectMark.count <= window.count {
        if window[index] == UInt8(ascii: " "), Self.matches(Self.objectMark, window, index) { note(window, index, base: base) }
        index += 1
      }
      index = max(0, known - Self.tableMark.count + 1)
      while index + Self.tableMark.count <= window.count {
        if window[index] == UInt8(ascii: "\n"), Self.matches(Self.tableMark, window, index) {
          tableStart = index + 1
          break
        }
        index += 1
      }
    }
    offset += bytes.count
    if let tableStart {
      // The carry is held back as well, so that nothing of the mark has gone out.
      try output.append(window[..<tableStart])
      tail = Array(window[tableStart...])
      carry = []
      isInTail = true
      return
    }
    let keep = min(Self.carryBytes, window.count)
    try output.append(window[..<(window.count - keep)])
    carry = Array(window[(window.count - keep)...])
  }

  private static func matches(_ mark: [UInt8], _ window: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    for place in 0..<mark.count where window[index + place] != mark[place] { return false }
    return true
  }

  /// Notes the object whose number ends before `index`, at a line's beginning.
  private func note(_ window: UnsafeBufferPointer<UInt8>, _ index: Int, base: Int) {
    var start = index
    var number = 0
    var weight = 1
    while start > 0, index - start < 10, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(window[start - 1]) {
      start -= 1
      number += Int(window[start] - UInt8(ascii: "0")) * weight
      weight *= 10
    }
    guard start < index, start > 0, window[start - 1] == UInt8(ascii: "\n") else { return }
    objects[number] = base + start
  }

  /// Hands over the rest.
  func finish() throws {
    try resources.rest.withUnsafeBufferPointer { try take($0) }
    if let failure { throw failure }
    try output.append(carry)
    try output.append(repaired(tail))
    try output.flush()
  }

  /// The table with its entries of 20 bytes: offset, generation, `n` for in use.
  private func repaired(_ tail: [UInt8]) -> [UInt8] {
    var tail = tail
    guard let first = tail.firstIndex(of: UInt8(ascii: "\n")),
      let second = tail[(first + 1)...].firstIndex(of: UInt8(ascii: "\n")),
      let count = Int(String(decoding: tail[(first + 3)..<max(second, first + 3)], as: UTF8.self))
    else { return tail }
    let free = Array("0000000000 65535 f".utf8)
    for number in 1..<max(count, 1) {
      let start = second + 1 + number * 20
      guard start + 20 <= tail.count, tail[start + 17] == UInt8(ascii: "n") else { return tail }
      let offset = Int(String(decoding: tail[start..<start + 10], as: UTF8.self))
      if objects[number] != offset { tail.replaceSubrange(start..<start + 18, with: free) }
    }
    return tail
  }
}
