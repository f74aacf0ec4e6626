import HTTP

/// A strict parser for multipart forms (RFC 7578, RFC 2046 section 5.1): a value that takes bytes as they come and says what they are.
///
/// However the bytes are cut into pieces, the same events and errors come out. It holds at most the head of one part; a part's bytes are never copied
/// here, and of a piece that ends in what may be a delimiter only the count is kept.
struct MultipartParser {
  enum Event: Equatable {
    /// All input was used; give more.
    case needsMore
    /// A part begins.
    case part(MultipartHead)
    /// Bytes of the part, inside the input given.
    case data(Range<Int>)
    /// Bytes of the part that could have been a delimiter until now: those of `delimiter`.
    case held(Range<Int>)
    case partEnd
  }

  private enum State {
    /// Before the first delimiter.
    case preamble
    case data
    /// Right behind a delimiter that ended a part.
    case partEnd
    /// What stands behind a delimiter on its line.
    case delimiterLine
    case head
    /// Behind the closing delimiter.
    case epilogue
  }

  /// Ceiling of what stands before the first and behind the last delimiter, and of the white space behind each.
  private static let outsideBytesMax = 8 * 1024
  private static let delimiterLineBytesMax = 256
  private static let lineEnd = 2

  private let search: DelimiterSearch
  private var state = State.preamble
  /// So many bytes of a delimiter have come …
  private var matched = lineEnd
  /// … of which so many belong to what was before: at the beginning of the body, and right behind a head, a delimiter needs no line end of its own.
  private var borrowed = lineEnd
  private var line: [UInt8] = []
  private var lines: [[UInt8]] = []
  private var headBytes = 0
  private var outsideBytes = 0
  private var partCount = 0

  init(boundary: [UInt8]) {
    search = DelimiterSearch(Array("\r\n--".utf8) + boundary)
  }

  /// The line end before a boundary, and the boundary.
  var delimiter: [UInt8] { search.delimiter }

  /// Goes on at `at` in `input` and moves it past what was used.
  mutating func next(_ input: Span<UInt8>, _ at: inout Int) throws(MultipartError) -> Event {
    while true {
      switch state {
      case .partEnd:
        state = .delimiterLine
        return .partEnd
      case .preamble, .data:
        guard at < input.count else { return .needsMore }
        let event = matched > 0 ? compare(input, &at) : scan(input, &at)
        if case .preamble = state {
          try countOutside(event)
        } else if let event {
          return event
        }
      case .delimiterLine:
        guard try takeLine(input, &at, bytesMax: Self.delimiterLineBytesMax, tooLong: .malformed("分隔符后有多余内容")) else { return .needsMore }
        try delimiterLineComplete()
      case .head:
        guard try takeLine(input, &at, bytesMax: MultipartError.headBytesMax - headBytes, tooLong: .headTooLarge) else { return .needsMore }
        headBytes += line.count + 2
        if line.isEmpty { return .part(try headComplete()) }
        lines.append(line)
        line = []
      case .epilogue:
        try countOutside(input.count - at)
        at = input.count
        return .needsMore
      }
    }
  }

  /// The body has ended.
  ///
  /// - Throws: `truncated` where the closing delimiter has not come: what came may be a part of what was meant.
  func finish() throws(MultipartError) {
    switch state {
    case .epilogue: return
    // Many clients end the body right behind the closing delimiter.
    case .delimiterLine where Self.withoutPadding(line[...]).elementsEqual("--".utf8): return
    default: throw .truncated
    }
  }

  // MARK: Data

  /// Looks for a delimiter, and gives what is before it.
  private mutating func scan(_ input: Span<UInt8>, _ at: inout Int) -> Event? {
    let start = at
    switch search.find(in: input, from: start) {
    case .nothing:
      at = input.count
      return .data(start..<at)
    case .beginning(let place):
      at = input.count
      matched = at - place
      return place > start ? .data(start..<place) : nil
    case .whole(let place):
      if place == start {
        at = place + search.delimiter.count
        delimiterComplete()
        return nil
      }
      // The delimiter itself is found again, at once, in the next step.
      at = place
      return .data(start..<place)
    }
  }

  /// Goes on with a delimiter that may have begun in an earlier piece.
  private mutating func compare(_ input: Span<UInt8>, _ at: inout Int) -> Event? {
    let delimiter = search.delimiter
    while matched < delimiter.count, at < input.count, input[at] == delimiter[matched] {
      matched += 1
      at += 1
    }
    guard matched == delimiter.count || at < input.count else { return nil }
    defer { (matched, borrowed) = (0, 0) }
    guard matched < delimiter.count else {
      delimiterComplete()
      return nil
    }
    return matched > borrowed ? .held(borrowed..<matched) : nil
  }

  private mutating func delimiterComplete() {
    if case .preamble = state { state = .delimiterLine } else { state = .partEnd }
  }

  private mutating func countOutside(_ event: Event?) throws(MultipartError) {
    switch event {
    case .data(let range)?: try countOutside(range.count)
    case .held(let range)?: try countOutside(range.count)
    default: return
    }
  }

  private mutating func countOutside(_ count: Int) throws(MultipartError) {
    outsideBytes += count
    guard outsideBytes <= Self.outsideBytesMax else { throw .malformed("分隔符之外的内容过多") }
  }

  // MARK: Lines

  /// - Returns: Whether a whole line is there, in `line`, without its end.
  private mutating func takeLine(
    _ input: Span<UInt8>, _ at: inout Int, bytesMax: Int, tooLong: MultipartError
  ) throws(MultipartError) -> Bool {
    while at < input.count {
      let byte = input[at]
      at += 1
      if byte == 10 {
        // A bare line feed is no line end (RFC 2046, section 4.1.1), and neither is a bare carriage return.
        guard line.popLast() == 13, !line.contains(13) else { throw .malformed("行必须以CRLF结束") }
        return true
      }
      guard line.count < bytesMax - 1 else { throw tooLong }
      line.append(byte)
    }
    return false
  }

  private mutating func delimiterLineComplete() throws(MultipartError) {
    let rest = Self.withoutPadding(line[...])
    line = []
    if rest.isEmpty {
      partCount += 1
      guard partCount <= MultipartError.partsMax else { throw .tooManyParts }
      headBytes = 0
      state = .head
    } else if rest.elementsEqual("--".utf8) {
      state = .epilogue
    } else {
      throw .malformed("分隔符后有多余内容")
    }
  }

  /// RFC 2046, section 5.1.1: gateways may have put white space there.
  private static func withoutPadding(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.prefix((line.lastIndex { $0 != 32 && $0 != 9 } ?? line.startIndex - 1) - line.startIndex + 1)
  }

  private mutating func headComplete() throws(MultipartError) -> MultipartHead {
    defer { lines = [] }
    state = .data
    (matched, borrowed) = (Self.lineEnd, Self.lineEnd)
    return try MultipartHead(lines)
  }
}
