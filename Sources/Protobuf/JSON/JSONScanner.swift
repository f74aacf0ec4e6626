/// A strict JSON tokenizer (RFC 8259) over bytes that its caller keeps alive.
///
/// It holds the place in the input and reports what is wrong there; JSONReader gives the tokens their meaning.
struct JSONScanner: ~Copyable {
  var p: UnsafePointer<UInt8>
  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  /// What a thrown JSONFailure means, its path not yet known.
  private(set) var problem: JSONError?
  /// Text that had escapes, unescaped.
  private var scratch = ByteSink(capacity: 256)

  init(_ input: WireRange) {
    p = input.start
    start = input.start
    end = input.end
  }

  var offset: Int { p - start }

  // MARK: Errors

  mutating func syntax(_ what: String) -> JSONFailure {
    fail(.syntax(offset: offset, what: p >= end ? "the text ends where it should not" : what))
  }

  mutating func fail(_ error: JSONError) -> JSONFailure {
    problem = error
    return JSONFailure()
  }

  /// The value that starts here is of another kind than `expected`, or no value at all.
  mutating func unexpected(_ expected: JSONKind) -> JSONFailure {
    guard p < end, let found = kind(of: p.pointee) else { return syntax("a value should stand here") }
    return fail(.type(path: "", expected: expected, found: found, offset: offset))
  }

  /// The kind of value that starts with the byte, nil if none does.
  func kind(of byte: UInt8) -> JSONKind? {
    switch byte {
    case 0x22: .string
    case 0x7b: .object
    case 0x5b: .array
    case 0x2d, 0x30...0x39: .number
    case 0x74: literal("true") ? .boolean : nil
    case 0x66: literal("false") ? .boolean : nil
    case 0x6e: literal("null") ? .null : nil
    default: nil
    }
  }

  private func literal(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard end - p >= count else { return false }
    for i in 0..<count where p[i] != word.utf8Start[i] { return false }
    return end - p == count || !isWordByte(p[count])
  }

  private func isWordByte(_ byte: UInt8) -> Bool { byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5f }

  // MARK: Tokens

  /// Passes over white space and gives the byte that follows; 0, which starts no token, at the end.
  @inline(__always) mutating func peek() -> UInt8 {
    if p < end, p.pointee > 0x20 { return p.pointee }
    return peekPastSpace()
  }

  @inline(never) private mutating func peekPastSpace() -> UInt8 {
    while p < end {
      let byte = p.pointee
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
      p += 1
    }
    return 0
  }

  /// Takes the byte if it comes next.
  @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    p += 1
    return true
  }

  /// Takes `null` if it comes next.
  @inline(__always) mutating func takeNull() -> Bool {
    guard peek() == 0x6e, literal("null") else { return false }
    p += 4
    return true
  }

  mutating func boolean() throws(JSONFailure) -> Bool {
    switch peek() {
    case 0x74 where literal("true"):
      p += 4
      return true
    case 0x66 where literal("false"):
      p += 5
      return false
    default: throw unexpected(.boolean)
    }
  }

  mutating func number(expected: JSONKind) throws(JSONFailure) -> NumberText {
    let first = peek()
    guard first &- 0x30 < 10 || first == 0x2d else { throw unexpected(expected) }
    guard let number = NumberText.scan(p, end) else { throw syntax("not a JSON number") }
    if number.text.end < end, isWordByte(number.text.end.pointee) { throw syntax("not a JSON number") }
    p = number.text.end
    return number
  }

  /// A string that is used before the next token is read: where it lies in the input, or in scratch memory if it had escapes.
  @inline(__always) mutating func string() throws(JSONFailure) -> WireRange {
    guard peek() == 0x22 else { throw unexpected(.string) }
    let first = p + 1
    let stop = TextScan.ordinary(first, end)
    if stop < end, stop.pointee == 0x22 {
      p = stop + 1
      return WireRange(start: first, end: stop)
    }
    // The scratch memory is lent out, since it is part of the scanner that fills it.
    var text = ByteSink(capacity: 256)
    try unescape(first, stop, into: &text)
    swap(&text, &scratch)
    return WireRange(start: UnsafePointer(scratch.base), end: UnsafePointer(scratch.q))
  }

  /// Appends the text from `first` on up to the closing quote; up to `stop` it needs no more than copying.
  mutating func unescape(_ first: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, into out: inout ByteSink) throws(JSONFailure) {
    var from = first
    p = stop
    while true {
      out.append(from, p - from)
      guard p < end else { throw syntax("") }
      switch p.pointee {
      case 0x22:
        p += 1
        return
      case 0x5c: try escape(into: &out)
      case 0..<0x20: throw syntax("a control character in a string must be escaped")
      default: throw syntax("not UTF-8")
      }
      from = p
      p = TextScan.ordinary(p, end)
    }
  }

  private mutating func escape(into out: inout ByteSink) throws(JSONFailure) {
    p += 1
    guard p < end else { throw syntax("") }
    let byte = p.pointee
    switch byte {
    case 0x22, 0x5c, 0x2f: out.byte(byte)
    case 0x62: out.byte(0x08)
    case 0x66: out.byte(0x0c)
    case 0x6e: out.byte(0x0a)
    case 0x72: out.byte(0x0d)
    case 0x74: out.byte(0x09)
    case 0x75: return try unicodeEscape(into: &out)
    default: throw syntax("no such escape")
    }
    p += 1
  }

  private mutating func unicodeEscape(into out: inout ByteSink) throws(JSONFailure) {
    p += 1
    var point = try hexadecimal()
    if point &- 0xd800 < 0x400 {
      guard end - p >= 6, p[0] == 0x5c, p[1] == 0x75 else { throw syntax("half a surrogate pair") }
      p += 2
      let low = try hexadecimal()
      guard low &- 0xdc00 < 0x400 else { throw syntax("half a surrogate pair") }
      point = 0x10000 + (point & 0x3ff) << 10 + low & 0x3ff
    } else if point &- 0xdc00 < 0x400 {
      throw syntax("half a surrogate pair")
    }
    switch point {
    case 0..<0x80: out.byte(UInt8(point))
    case 0x80..<0x800:
      out.byte(0xc0 | UInt8(point >> 6))
      out.byte(0x80 | UInt8(point & 63))
    case 0x800..<0x10000:
      out.byte(0xe0 | UInt8(point >> 12))
      out.byte(0x80 | UInt8(point >> 6 & 63))
      out.byte(0x80 | UInt8(point & 63))
    default:
      out.byte(0xf0 | UInt8(point >> 18))
      out.byte(0x80 | UInt8(point >> 12 & 63))
      out.byte(0x80 | UInt8(point >> 6 & 63))
      out.byte(0x80 | UInt8(point & 63))
    }
  }

  private mutating func hexadecimal() throws(JSONFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard p < end else { throw syntax("") }
      let byte = p.pointee
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
      case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
      default: throw syntax("four hexadecimal digits should stand here")
      }
      p += 1
    }
    return value
  }

  /// Passes over one value, checking that it is JSON; `depth` counts down to the limit.
  mutating func skipValue(depth: Int, limit: Int) throws(JSONFailure) {
    switch peek() {
    case 0x22: _ = try string()
    case 0x7b:
      p += 1
      guard depth > 0 else { throw fail(.depth(limit: limit, offset: offset)) }
      if take(0x7d) { return }
      repeat {
        guard peek() == 0x22 else { throw syntax("a key in double quotes should stand here") }
        _ = try string()
        guard take(0x3a) else { throw syntax("a colon should stand here") }
        try skipValue(depth: depth - 1, limit: limit)
      } while take(0x2c)
      guard take(0x7d) else { throw syntax("a comma or } should stand here") }
    case 0x5b:
      p += 1
      guard depth > 0 else { throw fail(.depth(limit: limit, offset: offset)) }
      if take(0x5d) { return }
      repeat { try skipValue(depth: depth - 1, limit: limit) } while take(0x2c)
      guard take(0x5d) else { throw syntax("a comma or ] should stand here") }
    case 0x74, 0x66: _ = try boolean()
    case 0x6e:
      guard takeNull() else { throw syntax("a value should stand here") }
    case 0x2d, 0x30...0x39: _ = try number(expected: .number)
    default: throw syntax("a value should stand here")
    }
  }
}
