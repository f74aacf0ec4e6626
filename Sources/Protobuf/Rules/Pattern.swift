/// A regular expression of the RE2 subset that rules use, matched in time linear in the text.
///
/// Taken are literals, `.`, classes, `\d \w \s` and their opposites, anchors, groups, alternation and quantifiers.
/// Refused are flags, word boundaries, backreferences and Unicode classes. As in protovalidate a pattern may match
/// anywhere in the text unless anchors say otherwise.
public struct Pattern: Sendable {
  /// What one step of the program does (Thompson's construction).
  enum Step: Sendable {
    case take(CharacterSet)
    case split(Int, Int)
    case jump(Int)
    case atStart
    case atEnd
    case accept
  }

  /// Upper limit of the steps that a pattern may compile to: counted repetitions multiply.
  static let stepsMax = 2000

  let steps: [Step]
  /// The same for programs of at most 64 steps, which nearly all are.
  private let small: SmallProgram?

  /// Compiles a pattern.
  ///
  /// - Throws: `PatternError` for what is no pattern, or is beyond the subset.
  public init(_ source: String) throws(PatternError) {
    var parser = PatternParser(source)
    let tree = try parser.parse()
    var steps: [Step] = []
    try Pattern.emit(tree, into: &steps)
    steps.append(.accept)
    self.steps = steps
    small = SmallProgram(steps)
  }

  private static func emit(_ tree: PatternTree, into steps: inout [Step]) throws(PatternError) {
    guard steps.count < stepsMax else { throw PatternError(problem: "it takes more than \(stepsMax) steps") }
    switch tree {
    case .empty: break
    case .set(let set): steps.append(.take(set))
    case .start: steps.append(.atStart)
    case .end: steps.append(.atEnd)
    case .sequence(let parts):
      for part in parts { try emit(part, into: &steps) }
    case .choice(let first, let second):
      let split = steps.count
      steps.append(.jump(0))
      try emit(first, into: &steps)
      let jump = steps.count
      steps.append(.jump(0))
      steps[split] = .split(split + 1, jump + 1)
      try emit(second, into: &steps)
      steps[jump] = .jump(steps.count)
    case .repetition(let part, let least, let most):
      for _ in 0..<least { try emit(part, into: &steps) }
      if let most {
        try emitOptional(part, most - least, into: &steps)
      } else {
        let split = steps.count
        steps.append(.jump(0))
        try emit(part, into: &steps)
        steps.append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
      }
    }
  }

  private static func emitOptional(_ part: PatternTree, _ times: Int, into steps: inout [Step]) throws(PatternError) {
    var splits: [Int] = []
    for _ in 0..<times {
      splits.append(steps.count)
      steps.append(.jump(0))
      try emit(part, into: &steps)
    }
    for split in splits { steps[split] = .split(split + 1, steps.count) }
  }

  /// Whether the pattern matches somewhere in the text.
  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { matches(WireRange(UnsafeRawBufferPointer($0))) }
  }

  /// Whether the pattern matches somewhere in well-formed UTF-8.
  func matches(_ text: WireRange) -> Bool {
    if let small { return small.matches(text) }
    return matchesLarge(text)
  }

  private func matchesLarge(_ text: WireRange) -> Bool {
    var active = StepSet(steps.count)
    var following = StepSet(steps.count)
    var p = text.start
    add(0, to: &active, atStart: true, atEnd: p == text.end)
    while true {
      if active.accepted { return true }
      guard p < text.end else { return false }
      let point = Pattern.point(&p, text.end)
      following.removeAll()
      for i in active.members {
        if case .take(let set) = steps[i], set.contains(point) { add(i + 1, to: &following, atStart: false, atEnd: p == text.end) }
      }
      add(0, to: &following, atStart: false, atEnd: p == text.end)
      swap(&active, &following)
    }
  }

  /// Adds a step and all that it leads to without taking a character.
  private func add(_ first: Int, to set: inout StepSet, atStart: Bool, atEnd: Bool) {
    var waiting = [first]
    while let i = waiting.popLast() {
      guard set.insert(i) else { continue }
      switch steps[i] {
      case .take: break
      case .split(let a, let b):
        waiting.append(b)
        waiting.append(a)
      case .jump(let target): waiting.append(target)
      case .atStart: if atStart { waiting.append(i + 1) }
      case .atEnd: if atEnd { waiting.append(i + 1) }
      case .accept: set.accepted = true
      }
    }
  }

  /// Takes one code point; a byte that is not UTF-8 stands for itself, and no set of letters contains it.
  static func point(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UInt32 {
    let lead = p.pointee
    let count = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    guard count > 1, end - p >= count else {
      p += 1
      return lead < 0x80 ? UInt32(lead) : 0xfffd
    }
    var point = UInt32(lead) & (0x7f >> UInt32(count))
    for i in 1..<count { point = point << 6 | UInt32(p[i] & 0x3f) }
    p += count
    return point
  }
}

/// Why a text is no pattern of the subset.
public struct PatternError: Error, Sendable, Equatable {
  public let problem: String
}

/// The steps that are active at one place of the text.
private struct StepSet {
  private(set) var members: [Int] = []
  private var isMember: [Bool]
  var accepted = false

  init(_ count: Int) { isMember = [Bool](repeating: false, count: count) }

  mutating func insert(_ i: Int) -> Bool {
    if isMember[i] { return false }
    isMember[i] = true
    members.append(i)
    return true
  }

  mutating func removeAll() {
    for i in members { isMember[i] = false }
    members.removeAll(keepingCapacity: true)
    accepted = false
  }
}
