/// A set of code points, as ranges.
struct CharacterSet: Sendable {
  var ranges: [ClosedRange<UInt32>]
  var negated = false

  func contains(_ point: UInt32) -> Bool {
    ranges.contains { $0.contains(point) } != negated
  }

  static let digits = CharacterSet(ranges: [0x30...0x39])
  static let word = CharacterSet(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  static let space = CharacterSet(ranges: [0x09...0x0a, 0x0c...0x0d, 0x20...0x20])

  /// The same set with `negated` off, so that it can be part of a class.
  var plain: [ClosedRange<UInt32>] {
    guard negated else { return ranges }
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10ffff { result.append(next...0x10ffff) }
    return result
  }
}

/// A pattern as it was written.
indirect enum PatternTree {
  case empty
  case set(CharacterSet)
  case start
  case end
  case sequence([PatternTree])
  case choice(PatternTree, PatternTree)
  case repetition(PatternTree, least: Int, most: Int?)
}

/// Reads a pattern by recursive descent.
struct PatternParser {
  private let points: [UInt32]
  private var i = 0
  private var depth = 0

  init(_ source: String) { points = source.unicodeScalars.map(\.value) }

  mutating func parse() throws(PatternError) -> PatternTree {
    let tree = try choice()
    guard i == points.count else { throw PatternError(problem: "a ) without its (") }
    return tree
  }

  private func peek(_ character: Unicode.Scalar) -> Bool { i < points.count && points[i] == character.value }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek(character) else { return false }
    i += 1
    return true
  }

  private mutating func choice() throws(PatternError) -> PatternTree {
    let first = try sequence()
    guard take("|") else { return first }
    depth += 1
    guard depth <= 100 else { throw PatternError(problem: "nested deeper than 100") }
    defer { depth -= 1 }
    return .choice(first, try choice())
  }

  private mutating func sequence() throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while i < points.count, !peek("|"), !peek(")") { parts.append(try repeated()) }
    return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func repeated() throws(PatternError) -> PatternTree {
    let part = try atom()
    let before = i
    guard let (least, most) = try quantifier() else { return part }
    // Lazy quantifiers match the same texts.
    _ = take("?")
    if i < points.count, peek("*") || peek("+") { throw PatternError(problem: "two quantifiers in a row at character \(before)") }
    return .repetition(part, least: least, most: most)
  }

  private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard peek("{"), i + 1 < points.count, CharacterSet.digits.contains(points[i + 1]) else { return nil }
    i += 1
    let least = try count()
    var most: Int? = least
    if take(",") { most = peek("}") ? nil : try count() }
    guard take("}"), most.map({ $0 >= least }) ?? true else { throw PatternError(problem: "a malformed {n,m}") }
    return (least, most)
  }

  private mutating func count() throws(PatternError) -> Int {
    var value = 0
    let first = i
    while i < points.count, CharacterSet.digits.contains(points[i]), value <= 1000 {
      value = value * 10 + Int(points[i] - 0x30)
      i += 1
    }
    guard i > first, value <= 1000 else { throw PatternError(problem: "a repetition of more than 1000") }
    return value
  }

  private mutating func atom() throws(PatternError) -> PatternTree {
    let point = points[i]
    i += 1
    switch Unicode.Scalar(point) {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".": return .set(CharacterSet(ranges: [0x0a...0x0a], negated: true))
    case "^": return .start
    case "$": return .end
    case "*", "+", "?": throw PatternError(problem: "a quantifier with nothing before it")
    case "\\":
      if take("A") { return .start }
      if take("z") { return .end }
      return .set(try escape())
    default: return .set(CharacterSet(ranges: [point...point]))
    }
  }

  private mutating func group() throws(PatternError) -> PatternTree {
    if take("?") {
      guard take(":") else { throw PatternError(problem: "a group with flags or a name") }
    }
    depth += 1
    guard depth <= 100 else { throw PatternError(problem: "nested deeper than 100") }
    defer { depth -= 1 }
    let tree = try choice()
    guard take(")") else { throw PatternError(problem: "a ( without its )") }
    return tree
  }

  private mutating func escape() throws(PatternError) -> CharacterSet {
    guard i < points.count else { throw PatternError(problem: "a final backslash") }
    let point = points[i]
    i += 1
    switch Unicode.Scalar(point) {
    case "d": return .digits
    case "D": return CharacterSet(ranges: CharacterSet.digits.ranges, negated: true)
    case "w": return .word
    case "W": return CharacterSet(ranges: CharacterSet.word.ranges, negated: true)
    case "s": return .space
    case "S": return CharacterSet(ranges: CharacterSet.space.ranges, negated: true)
    case "n": return one(0x0a)
    case "r": return one(0x0d)
    case "t": return one(0x09)
    case "f": return one(0x0c)
    case "v": return one(0x0b)
    case "x": return one(try hexadecimal())
    default:
      // Only punctuation stands for itself; a letter that is not known here means something in RE2.
      guard point < 0x80, !CharacterSet.word.contains(point) || point == 0x5f else {
        throw PatternError(problem: "an escape that is not known here")
      }
      return one(point)
    }
  }

  private func one(_ point: UInt32) -> CharacterSet { CharacterSet(ranges: [point...point]) }

  private mutating func hexadecimal() throws(PatternError) -> UInt32 {
    let braces = take("{")
    var digits: [UInt32] = []
    while i < points.count, braces ? !peek("}") : digits.count < 2 {
      digits.append(points[i])
      i += 1
    }
    guard !braces || take("}"), (1...6).contains(digits.count), braces || digits.count == 2 else {
      throw PatternError(problem: "a malformed \\x")
    }
    var value: UInt32 = 0
    for digit in digits {
      guard let hex = Unicode.Scalar(digit).flatMap({ Character($0).hexDigitValue }) else { throw PatternError(problem: "a malformed \\x") }
      value = value << 4 | UInt32(hex)
    }
    guard value <= 0x10ffff else { throw PatternError(problem: "a code point beyond U+10FFFF") }
    return value
  }

  private mutating func characterClass() throws(PatternError) -> CharacterSet {
    var set = CharacterSet(ranges: [], negated: take("^"))
    var first = true
    while first || !peek("]") {
      guard i < points.count else { throw PatternError(problem: "a [ without its ]") }
      first = false
      let low = try member()
      guard peek("-"), i + 1 < points.count, points[i + 1] != 0x5d else {
        set.ranges += low.plain
        continue
      }
      i += 1
      let high = try member()
      guard let from = low.single, let to = high.single, from <= to else { throw PatternError(problem: "a malformed range in a class") }
      set.ranges.append(from...to)
    }
    i += 1
    return set
  }

  private mutating func member() throws(PatternError) -> CharacterSet {
    guard i < points.count else { throw PatternError(problem: "a [ without its ]") }
    if peek("["), i + 1 < points.count, points[i + 1] == 0x3a { throw PatternError(problem: "a named class such as [:alpha:]") }
    let point = points[i]
    i += 1
    return point == 0x5c ? try escape() : one(point)
  }
}

extension CharacterSet {
  /// The only code point of the set, if it is just one.
  fileprivate var single: UInt32? {
    guard !negated, ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
    return ranges[0].lowerBound
  }
}
