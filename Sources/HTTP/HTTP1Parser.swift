import Glibc
internal import Net

/// What is wrong with an HTTP/1.1 message. Whatever it is, the connection ends after the answer: where the next request begins is unknown.
struct HTTP1Error: Error, Equatable {
  /// The answer's status: 400, 414, 417, 431, 501 or 505.
  let status: Int
  /// For tests and logs.
  let reason: StaticString

  init(_ status: Int, _ reason: StaticString) { (self.status, self.reason) = (status, reason) }

  static func == (left: HTTP1Error, right: HTTP1Error) -> Bool {
    left.status == right.status && left.reason.description == right.reason.description
  }
}

/// A strict parser for HTTP/1.1 requests (RFC 9112): a value that takes bytes as they come and says what they are.
///
/// Ambiguous framing is refused, never interpreted: one reading of a message, whichever proxy stands before us. However the bytes are cut into
/// pieces, the same events and errors come out at the same byte. Holds at most one incomplete line.
struct HTTP1Parser {
  struct Head {
    var request: RequestHead
    var framing: Framing
    /// The connection may be used again after the response.
    var keepsAlive: Bool
    /// The client waits for `100 Continue`.
    var expectsContinue: Bool
  }

  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
  }

  enum Event {
    /// All input was used; give more.
    case needsMore
    case head(Head)
    /// A part of the body, inside the input given.
    case body(UnsafeRawBufferPointer)
    /// The message is complete; the next call begins the next one.
    case end(trailers: Headers?)
  }

  private enum State {
    case requestLine, fields
    case length(Int)
    case chunkSize
    case chunkData(Int)
    case chunkEnd, trailers, end
    case failed(HTTP1Error)
  }

  private let limits: HTTPLimits
  private let peer: SocketAddress
  private let isTLS: Bool
  private var state = State.requestLine
  private var line: [UInt8] = []
  private var emptyLines = 0
  private var head: Head?
  private var fieldBytes = 0
  private var fieldCount = 0
  private var hosts = 0
  private var hasLength = false
  private var trailers = Headers()

  private static let chunkLineBytesMax = 256
  private static let methodBytesMax = 32

  init(limits: HTTPLimits, peer: SocketAddress, isTLS: Bool) {
    (self.limits, self.peer, self.isTLS) = (limits, peer, isTLS)
  }

  /// Whether nothing of a next message has come yet.
  var isBetweenMessages: Bool {
    if case .requestLine = state { return line.isEmpty }
    return false
  }

  /// Goes on at `at` in `input` and moves it past what was used.
  ///
  /// - Throws: The error that ends the connection; the same one again when called again.
  mutating func next(_ input: UnsafeRawBufferPointer, _ at: inout Int) throws(HTTP1Error) -> Event {
    do {
      return try step(input, &at)
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private mutating func step(_ input: UnsafeRawBufferPointer, _ at: inout Int) throws(HTTP1Error) -> Event {
    while true {
      switch state {
      case .failed(let error):
        throw error
      case .end:
        state = .requestLine
        let trailers = self.trailers.isEmpty ? nil : self.trailers
        self.trailers = Headers()
        return .end(trailers: trailers)
      case .length(let left), .chunkData(let left):
        guard at < input.count else { return .needsMore }
        let count = min(left, input.count - at)
        let part = UnsafeRawBufferPointer(rebasing: input[at..<at + count])
        at += count
        advance(left - count)
        return .body(part)
      case .requestLine, .fields, .chunkSize, .chunkEnd, .trailers:
        guard try takeLine(input, &at) else { return .needsMore }
        if let event = try lineComplete(input) { return event }
      }
    }
  }

  private mutating func advance(_ left: Int) {
    switch state {
    case .length: state = left == 0 ? .end : .length(left)
    default: state = left == 0 ? .chunkEnd : .chunkData(left)
    }
  }

  // MARK: Lines

  /// The line's bytes without CRLF: inside the input when it came in one piece, else collected in `line`.
  private var lineRange = 0..<0
  private var lineIsCollected = false

  /// - Returns: Whether a whole line is there.
  private mutating func takeLine(_ input: UnsafeRawBufferPointer, _ at: inout Int) throws(HTTP1Error) -> Bool {
    let (bytesMax, tooLong) = lineLimit
    guard at < input.count, let start = input.baseAddress else { return false }
    let left = input.count - at
    guard let found = memchr(start + at, 10, left) else {
      // What has come is part of a line at least one byte longer.
      guard line.count + left < bytesMax else { throw tooLong }
      line.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[at...]))
      at = input.count
      return false
    }
    let end = UnsafeRawPointer(found) - start
    guard line.count + end + 1 - at <= bytesMax else { throw tooLong }
    lineIsCollected = !line.isEmpty
    if lineIsCollected {
      line.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[at..<end]))
      lineRange = 0..<line.count
    } else {
      lineRange = at..<end
    }
    at = end + 1
    return true
  }

  /// The longest line allowed here with its CRLF, and what a longer one is.
  private var lineLimit: (Int, HTTP1Error) {
    switch state {
    case .requestLine: (limits.requestLineBytesMax + 2, HTTP1Error(414, "request line too long"))
    case .fields: (limits.headerBytesMax - fieldBytes, HTTP1Error(431, "header too large"))
    case .trailers: (limits.headerBytesMax - fieldBytes, HTTP1Error(431, "trailers too large"))
    default: (Self.chunkLineBytesMax, HTTP1Error(400, "chunk line too long"))
    }
  }

  private mutating func lineComplete(_ input: UnsafeRawBufferPointer) throws(HTTP1Error) -> Event? {
    guard lineIsCollected else { return try parseLine(UnsafeRawBufferPointer(rebasing: input[lineRange])) }
    let collected = line
    line.removeAll(keepingCapacity: true)
    return try collected.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) throws(HTTP1Error) in
      try parseLine(UnsafeRawBufferPointer(bytes))
    }
  }

  private mutating func parseLine(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> Event? {
    // RFC 9112, 2.2 allows a bare LF to be taken for a line end; taking it is how two servers come to disagree.
    guard let last = bytes.last, last == 13 else { throw HTTP1Error(400, "line feed without carriage return") }
    let text = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 1)])
    switch state {
    case .requestLine:
      if text.isEmpty {
        // RFC 9112, 2.2: old clients send an empty line after a body.
        emptyLines += 1
        guard emptyLines <= 2 else { throw HTTP1Error(400, "empty lines") }
        return nil
      }
      try parseRequestLine(text)
      return nil
    case .fields:
      fieldBytes += bytes.count + 1
      if text.isEmpty { return .head(try finishHead()) }
      try parseField(text)
      return nil
    case .chunkSize:
      try parseChunkSize(text)
      return nil
    case .chunkEnd:
      guard text.isEmpty else { throw HTTP1Error(400, "chunk longer than its size") }
      state = .chunkSize
      return nil
    case .trailers:
      fieldBytes += bytes.count + 1
      if text.isEmpty { state = .end } else { try parseTrailer(text) }
      return nil
    case .length, .chunkData, .end, .failed:
      return nil
    }
  }

  // MARK: Request line (RFC 9112, 3)

  private mutating func parseRequestLine(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) {
    guard let first = text.firstIndex(of: 32), let last = text.lastIndex(of: 32), first < last else {
      throw HTTP1Error(400, "request line is not three words")
    }
    let method = UnsafeRawBufferPointer(rebasing: text[..<first])
    let target = UnsafeRawBufferPointer(rebasing: text[(first + 1)..<last])
    let version = UnsafeRawBufferPointer(rebasing: text[(last + 1)...])
    guard !method.isEmpty, Characters.token.contains(all: method) else { throw HTTP1Error(400, "method is no token") }
    guard method.count <= Self.methodBytesMax else { throw HTTP1Error(501, "method too long") }
    guard !target.isEmpty, Characters.isTarget(all: target) else { throw HTTP1Error(400, "bad character in the request target") }
    let httpVersion = try parseVersion(version)
    let name = HTTPMethod(bytes: method)
    guard name != .connect else { throw HTTP1Error(501, "CONNECT") }
    let (path, authority) = try splitTarget(target, name)
    var prefix = Headers()
    let pathRange = path.isEmpty ? Self.slash.withUnsafeBytes { prefix.appendPrefix($0) } : prefix.appendPrefix(path)
    let authorityRange = prefix.appendPrefix(authority)
    let request = RequestHead(
      method: name, prefixed: prefix, path: pathRange, authority: authorityRange, version: httpVersion, peer: peer,
      isTLS: isTLS)
    head = Head(request: request, framing: .none, keepsAlive: httpVersion == .http11, expectsContinue: false)
    (fieldBytes, fieldCount, hosts, hasLength, emptyLines) = (0, 0, 0, false, 0)
    state = .fields
  }

  private static let slash: [UInt8] = [0x2f]

  private func parseVersion(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) -> HTTPVersion {
    guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == UInt8(ascii: "."), text[5] &- 0x30 < 10, text[7] &- 0x30 < 10 else {
      throw HTTP1Error(400, "no HTTP version")
    }
    guard text[5] == UInt8(ascii: "1") else { throw HTTP1Error(505, "HTTP version") }
    return text[7] == UInt8(ascii: "0") ? .http10 : .http11
  }

  /// The four forms of RFC 9112, 3.2: origin `/path`, absolute `http://host/path`, asterisk for OPTIONS; the authority form is CONNECT's.
  private func splitTarget(
    _ target: UnsafeRawBufferPointer, _ method: HTTPMethod
  ) throws(HTTP1Error) -> (path: UnsafeRawBufferPointer, authority: UnsafeRawBufferPointer) {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    if target[0] == UInt8(ascii: "/") { return (target, none) }
    if target.count == 1, target[0] == UInt8(ascii: "*"), method == .options { return (target, none) }
    for scheme in ["http://", "https://"] where target.count > scheme.utf8.count {
      let prefix = UnsafeRawBufferPointer(rebasing: target[..<scheme.utf8.count])
      guard zip(prefix, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
      let rest = UnsafeRawBufferPointer(rebasing: target[scheme.utf8.count...])
      let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.count
      let authority = UnsafeRawBufferPointer(rebasing: rest[..<end])
      let path = UnsafeRawBufferPointer(rebasing: rest[end...])
      guard !authority.isEmpty, Characters.authority.contains(all: authority) else { break }
      // `http://host?query` has an empty path; what it means is `/?query`, which nobody sends: refused rather than rebuilt.
      guard path.isEmpty || path[0] == UInt8(ascii: "/") else { break }
      return (path, authority)
    }
    throw HTTP1Error(400, "request target has no known form")
  }

  // MARK: Fields (RFC 9112, 5)

  private mutating func splitField(
    _ text: UnsafeRawBufferPointer
  ) throws(HTTP1Error) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    guard text[0] != 32, text[0] != 9 else { throw HTTP1Error(400, "folded line") }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw HTTP1Error(400, "field without a name") }
    let name = UnsafeRawBufferPointer(rebasing: text[..<colon])
    // This also refuses white space before the colon (RFC 9112, 5.1).
    guard Characters.token.contains(all: name) else { throw HTTP1Error(400, "bad character in a field name") }
    var start = colon + 1
    var end = text.count
    while start < end, text[start] == 32 || text[start] == 9 { start += 1 }
    while end > start, text[end - 1] == 32 || text[end - 1] == 9 { end -= 1 }
    let value = UnsafeRawBufferPointer(rebasing: text[start..<end])
    guard Characters.isFieldValue(all: value) else { throw HTTP1Error(400, "bad character in a field value") }
    fieldCount += 1
    guard fieldCount <= limits.headerFieldsMax else { throw HTTP1Error(431, "too many fields") }
    return (name, value)
  }

  private mutating func parseField(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) {
    let (name, value) = try splitField(text)
    switch name.count {
    case 4 where Self.equals(name, "host"):
      hosts += 1
      guard hosts == 1, Characters.authority.contains(all: value) else { throw HTTP1Error(400, "Host") }
    case 14 where Self.equals(name, "content-length"):
      // RFC 9112, 6.3: also a list of equal values is refused here.
      guard !hasLength, let length = Self.decimal(value) else { throw HTTP1Error(400, "Content-Length") }
      guard head?.framing == Framing.none else { throw HTTP1Error(400, "Content-Length beside Transfer-Encoding") }
      hasLength = true
      head?.framing = .length(length)
    case 17 where Self.equals(name, "transfer-encoding"):
      guard head?.framing == Framing.none else { throw HTTP1Error(400, "Transfer-Encoding beside other framing") }
      guard head?.request.version == .http11 else { throw HTTP1Error(400, "Transfer-Encoding in HTTP/1.0") }
      guard Self.equals(value, "chunked") else { throw HTTP1Error(501, "unknown transfer coding") }
      head?.framing = .chunked
    case 10 where Self.equals(name, "connection"):
      if Self.listContains(value, "close") {
        head?.keepsAlive = false
      } else if Self.listContains(value, "keep-alive"), head?.request.version == .http10 {
        head?.keepsAlive = true
      }
    case 6 where Self.equals(name, "expect"):
      guard Self.equals(value, "100-continue") else { throw HTTP1Error(417, "Expect") }
      // RFC 9110, 10.1.1: an HTTP/1.0 client cannot mean it.
      let isMeant = head?.request.version == .http11
      head?.expectsContinue = isMeant
    default: break
    }
    head?.request.headers.append(name: name, value: value)
  }

  private mutating func finishHead() throws(HTTP1Error) -> Head {
    guard var done = head else { throw HTTP1Error(400, "no request line") }
    // RFC 9112, 3.2: exactly one Host in HTTP/1.1, even beside an absolute target.
    guard hosts == 1 || done.request.version == .http10 else { throw HTTP1Error(400, "no Host") }
    head = nil
    switch done.framing {
    case .none, .length(0): state = .end
    case .length(let count): state = .length(count)
    case .chunked: state = .chunkSize
    }
    if case .end = state { done.expectsContinue = false }
    return done
  }

  // MARK: Chunks (RFC 9112, 7.1)

  private mutating func parseChunkSize(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) {
    let end = text.firstIndex(of: UInt8(ascii: ";")) ?? text.count
    var size = 0
    guard end > 0, end <= 15 else { throw HTTP1Error(400, "chunk size") }
    for byte in text[..<end] {
      guard let digit = Self.hexadecimal(byte) else { throw HTTP1Error(400, "chunk size") }
      size = size << 4 | digit
    }
    guard Characters.isFieldValue(all: UnsafeRawBufferPointer(rebasing: text[end...])) else { throw HTTP1Error(400, "chunk extension") }
    if size == 0 {
      state = .trailers
      (fieldBytes, fieldCount) = (0, 0)
    } else {
      state = .chunkData(size)
    }
  }

  private mutating func parseTrailer(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) {
    let (name, value) = try splitField(text)
    // RFC 9110, 6.5.1: what frames, routes or authorises a message means nothing after it.
    let isForbidden = Self.forbiddenTrailers.contains { Self.equals(name, $0) }
    if !isForbidden { trailers.append(name: name, value: value) }
  }

  private static let forbiddenTrailers: [StaticString] = [
    "transfer-encoding", "content-length", "host", "connection", "trailer", "te", "expect", "authorization", "cookie", "set-cookie",
    "content-type", "content-encoding", "content-range", "upgrade",
  ]

  // MARK: Helpers

  private static func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    equalIgnoringCase(bytes, UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private static func listContains(_ value: UnsafeRawBufferPointer, _ wanted: StaticString) -> Bool {
    value.split(separator: UInt8(ascii: ",")).contains { part in
      var part = part[...]
      while let first = part.first, first == 32 || first == 9 { part = part.dropFirst() }
      while let last = part.last, last == 32 || last == 9 { part = part.dropLast() }
      return equals(UnsafeRawBufferPointer(rebasing: part), wanted)
    }
  }

  /// Digits only, 1 to 18 of them.
  static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
    var value = 0
    for byte in bytes {
      guard byte &- 0x30 < 10 else { return nil }
      value = value * 10 + Int(byte &- 0x30)
    }
    return value
  }

  private static func hexadecimal(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x37
    case 0x61...0x66: Int(byte) - 0x57
    default: nil
    }
  }
}
