/// Which items to take out of one sequence and to put into it to make another of it: the fewest, if the work allows.
///
/// Items are numbers of lines. Source: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), section 4b: the middle of a
/// shortest path is looked for from both ends at once, in memory for two rows, and what lies before and behind it is done alike.
struct EditScript: Sendable {
  /// For each item of the first sequence, whether it is taken out.
  private(set) var removed: [Bool]
  /// For each item of the second, whether it is put in.
  private(set) var added: [Bool]
  /// Whether the work did not suffice: what was left of it is taken out and put in as a whole.
  private(set) var isCoarse = false

  private var workLeft: Int

  /// Steps along diagonals and snakes, some tenths of a second's worth.
  static let workMax = 40_000_000

  init(from old: [Int32], to new: [Int32], workMax: Int = workMax) {
    removed = Array(repeating: false, count: old.count)
    added = Array(repeating: false, count: new.count)
    workLeft = workMax
    // An item that only one has is a part of every path: two texts with nothing in common need no search.
    let (inOld, inNew) = (Set(old), Set(new))
    for (index, item) in old.enumerated() where !inNew.contains(item) { removed[index] = true }
    for (index, item) in new.enumerated() where !inOld.contains(item) { added[index] = true }
    let places = (old: old.indices.filter { !removed[$0] }, new: new.indices.filter { !added[$0] })
    var search = Search(old: places.old.map { old[$0] }, new: places.new.map { new[$0] })
    while let box = search.boxes.popLast() { handle(box, &search, places) }
  }

  /// A part of both sequences.
  private struct Box {
    var old: Range<Int>
    var new: Range<Int>
  }

  /// What is still to be compared, and the two rows.
  private struct Search {
    let old: [Int32]
    let new: [Int32]
    var boxes: [Box]
    var forward: [Int]
    var backward: [Int]

    init(old: [Int32], new: [Int32]) {
      self.old = old
      self.new = new
      boxes = [Box(old: old.indices, new: new.indices)]
      forward = Array(repeating: 0, count: 2 * min(old.count, new.count) + 2)
      backward = forward
    }
  }

  private mutating func handle(_ box: Box, _ search: inout Search, _ places: (old: [Int], new: [Int])) {
    guard !box.old.isEmpty, !box.new.isEmpty, let middle = middle(of: box, &search) else {
      for index in box.old { removed[places.old[index]] = true }
      for index in box.new { added[places.new[index]] = true }
      if !box.old.isEmpty, !box.new.isEmpty { isCoarse = true }
      return
    }
    let (start, end) = (middle.start, middle.end)
    if middle.edits > 1 || start != end {
      search.boxes.append(Box(old: end.old..<box.old.upperBound, new: end.new..<box.new.upperBound))
      search.boxes.append(Box(old: box.old.lowerBound..<start.old, new: box.new.lowerBound..<start.new))
    } else if box.new.count > box.old.count {
      // One edit with nothing behind it: what is longer has one more at its end.
      for index in box.new.dropFirst(box.old.count) { added[places.new[index]] = true }
    } else {
      for index in box.old.dropFirst(box.new.count) { removed[places.old[index]] = true }
    }
  }

  private struct Place: Equatable {
    var old: Int
    var new: Int
  }

  /// The middle of a shortest path: items that both have, maybe none, and how many edits the whole path has.
  private struct Middle {
    var start: Place
    var end: Place
    var edits: Int
  }

  /// Nil if the work is used up.
  private mutating func middle(of box: Box, _ search: inout Search) -> Middle? {
    let (oldCount, newCount) = (box.old.count, box.new.count)
    let difference = oldCount - newCount
    let rowCount = 2 * min(oldCount, newCount) + 2
    for index in 0..<rowCount {
      search.forward[index] = 0
      search.backward[index] = 0
    }
    // Diagonals are kept modulo the length of a row: at any time no more of them are of use.
    func slot(_ diagonal: Int) -> Int {
      let rest = diagonal % rowCount
      return rest < 0 ? rest + rowCount : rest
    }
    let isOdd = (oldCount + newCount) % 2 != 0
    for depth in 0...(oldCount + newCount + 1) / 2 {
      let diagonals = stride(from: -(depth - 2 * max(0, depth - newCount)), through: depth - 2 * max(0, depth - oldCount), by: 2)
      for diagonal in diagonals {
        let (before, after) = (search.forward[slot(diagonal - 1)], search.forward[slot(diagonal + 1)])
        var x = diagonal == -depth || diagonal != depth && before < after ? after : before + 1
        var y = x - diagonal
        let start = Place(old: box.old.lowerBound + x, new: box.new.lowerBound + y)
        while x < oldCount, y < newCount, search.old[box.old.lowerBound + x] == search.new[box.new.lowerBound + y] {
          x += 1
          y += 1
        }
        search.forward[slot(diagonal)] = x
        workLeft -= 1 + box.old.lowerBound + x - start.old
        let other = difference - diagonal
        if isOdd, abs(other) <= depth - 1, x + search.backward[slot(other)] >= oldCount {
          return Middle(start: start, end: Place(old: box.old.lowerBound + x, new: box.new.lowerBound + y), edits: 2 * depth - 1)
        }
      }
      for diagonal in diagonals {
        let (before, after) = (search.backward[slot(diagonal - 1)], search.backward[slot(diagonal + 1)])
        var x = diagonal == -depth || diagonal != depth && before < after ? after : before + 1
        var y = x - diagonal
        let end = Place(old: box.old.upperBound - x, new: box.new.upperBound - y)
        while x < oldCount, y < newCount, search.old[box.old.upperBound - 1 - x] == search.new[box.new.upperBound - 1 - y] {
          x += 1
          y += 1
        }
        search.backward[slot(diagonal)] = x
        workLeft -= 1 + end.old - (box.old.upperBound - x)
        let other = difference - diagonal
        if !isOdd, abs(other) <= depth, x + search.forward[slot(other)] >= oldCount {
          return Middle(start: Place(old: box.old.upperBound - x, new: box.new.upperBound - y), end: end, edits: 2 * depth)
        }
      }
      if workLeft <= 0 { return nil }
    }
    return nil
  }
}
