/// A pattern of at most 64 steps: the active steps are the bits of one word, and nothing is allocated while matching.
struct SmallProgram: Sendable {
  /// What a step takes.
  private struct Taken: Sendable {
    /// Which of the first 64, and of the next 64, code points.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var set: CharacterSet

    init(_ set: CharacterSet) {
      self.set = set
      for point: UInt32 in 0..<64 {
        if set.contains(point) { low |= 1 << UInt64(point) }
        if set.contains(point + 64) { high |= 1 << UInt64(point) }
      }
    }

    @inline(__always) func contains(_ point: UInt32) -> Bool {
      if point < 64 { return low >> UInt64(point) & 1 != 0 }
      if point < 128 { return high >> UInt64(point - 64) & 1 != 0 }
      return set.contains(point)
    }
  }

  /// By step; steps that take nothing have an empty set.
  private let taken: [Taken]
  /// By place and step, what is active once the step is: itself and all that it leads to without taking a character.
  private let closures: [UInt64]
  /// The steps that take a character, and the one that accepts.
  private let takers: UInt64
  private let accept: UInt64

  init?(_ steps: [Pattern.Step]) {
    guard steps.count <= 64 else { return nil }
    var taken: [Taken] = []
    var takers: UInt64 = 0
    for (i, step) in steps.enumerated() {
      if case .take(let set) = step {
        takers |= 1 << UInt64(i)
        taken.append(Taken(set))
      } else {
        taken.append(Taken(CharacterSet(ranges: [])))
      }
    }
    self.taken = taken
    self.takers = takers
    accept = 1 << UInt64(steps.count - 1)
    closures = (0..<4).flatMap { place in
      steps.indices.map { SmallProgram.closure(of: $0, steps, atStart: place & 1 != 0, atEnd: place & 2 != 0) }
    }
  }

  private static func closure(of first: Int, _ steps: [Pattern.Step], atStart: Bool, atEnd: Bool) -> UInt64 {
    var active: UInt64 = 0
    var waiting = [first]
    while let i = waiting.popLast() {
      guard active >> UInt64(i) & 1 == 0 else { continue }
      active |= 1 << UInt64(i)
      switch steps[i] {
      case .take, .accept: break
      case .split(let a, let b): waiting += [a, b]
      case .jump(let target): waiting.append(target)
      case .atStart: if atStart { waiting.append(i + 1) }
      case .atEnd: if atEnd { waiting.append(i + 1) }
      }
    }
    return active
  }

  func matches(_ text: WireRange) -> Bool {
    let count = taken.count
    return closures.withUnsafeBufferPointer { closures in
      taken.withUnsafeBufferPointer { taken in
        var p = text.start
        var active = closures[(p == text.end ? 3 : 1) * count]
        while active & accept == 0 {
          guard p < text.end else { return false }
          let point = Pattern.point(&p, text.end)
          let place = (p == text.end ? 2 : 0) * count
          // The match may begin at any place.
          var next = closures[place]
          var rest = active & takers
          while rest != 0 {
            let i = rest.trailingZeroBitCount
            rest &= rest - 1
            if taken[i].contains(point) { next |= closures[place + i + 1] }
          }
          active = next
        }
        return true
      }
    }
  }
}
