import Net

/// One HTTP/1.1 connection on the server side: one request at a time, the rest waits in `buffer`.
final class HTTP1Session: HTTPConnection, WireProtocol, @unchecked Sendable {
  private let transport: Transport
  private let handler: any HTTPHandler
  private var buffer: [UInt8] = []
  private var stream: HTTPStream?
  private var output: [UInt8] = []
  private var bodyLeft = 0
  private var isChunked = false
  private var chunkLeft = -1
  private var keepsAlive = true
  private var sendsChunks = false
  private var isDraining = false
  private(set) var isFinished = false
  private var nextID: Int32 = 1

  init(transport: Transport, handler: any HTTPHandler) {
    self.transport = transport
    self.handler = handler
  }

  var wantsInput: Bool { !isFinished && buffer.count < 256 * 1024 && (stream?.inbound.count ?? 0) < 256 * 1024 }

  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    buffer.append(contentsOf: bytes)
    process()
    return true
  }

  private func process() {
    var changed = true
    while changed, !isFinished {
      changed = false
      if let stream, !stream.inboundEnded {
        changed = readBody(stream)
      } else if stream == nil {
        changed = readHead()
      }
    }
  }

  private func readHead() -> Bool {
    while buffer.starts(with: [13, 10]) { buffer.removeFirst(2) }
    guard let end = Self.find([13, 10, 13, 10], in: buffer, from: 0) else {
      if buffer.count > 32768 { fail(Self.find([13, 10], in: buffer, from: 0) == nil ? 414 : 431) }
      return false
    }
    let head = Array(buffer[..<end])
    buffer.removeFirst(end + 4)
    guard let parsed = parse(head) else { return false }
    let stream = HTTPStream(loop: transport.loop, id: nextID, request: parsed, connection: self)
    nextID += 1
    self.stream = stream
    isChunked = false
    chunkLeft = -1
    bodyLeft = 0
    if parsed.headers.contains("transfer-encoding") {
      guard parsed.headers["transfer-encoding"]?.lowercased() == "chunked", !parsed.headers.contains("content-length") else {
        self.stream = nil
        fail(400)
        return false
      }
      isChunked = true
    } else if let length = parsed.headers["content-length"] {
      guard let count = Int(length), count >= 0, parsed.headers.values("content-length").count == 1 else {
        self.stream = nil
        fail(400)
        return false
      }
      bodyLeft = count
      stream.declaredLength = count
    }
    if !isChunked, bodyLeft == 0 { stream.inboundEnded = true }
    stream.owner = handler.accept(stream)
    if parsed.headers["expect"]?.lowercased() == "100-continue", !stream.isHeadSent { output += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
    if stream.inboundEnded { stream.events.insert(.changed) }
    stream.deliver()
    transport.mark()
    return true
  }

  private func parse(_ head: [UInt8]) -> RequestHead? {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
      fail(parts.count == 3 && parts[2].hasPrefix("HTTP/") ? 505 : 400)
      return nil
    }
    var headers = Headers()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), !line[..<colon].contains(" "), line.first != " " else {
        fail(400)
        return nil
      }
      headers.append(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    guard headers.values("host").count == 1 || parts[2] == "HTTP/1.0" else {
      fail(400)
      return nil
    }
    keepsAlive = parts[2] == "HTTP/1.1" && headers["connection"]?.lowercased() != "close" && !isDraining
    var path = String(parts[1])
    return path.withUTF8 { path in
      var authority = headers["host"] ?? ""
      return authority.withUTF8 { authority in
        var request = RequestHead(
          method: HTTPMethod(String(parts[0])), path: UnsafeRawBufferPointer(path), authority: UnsafeRawBufferPointer(authority),
          version: .http11, peer: transport.peer, isTLS: false)
        request.headers.append(contentsOf: headers)
        return request
      }
    }
  }

  private func readBody(_ stream: HTTPStream) -> Bool {
    if !isChunked {
      let count = min(bodyLeft, buffer.count)
      guard count > 0 else { return false }
      buffer.withUnsafeBytes { stream.inbound.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      buffer.removeFirst(count)
      bodyLeft -= count
      if bodyLeft == 0 { stream.inboundEnded = true }
      stream.events.insert(.changed)
      stream.deliver()
      return true
    }
    if chunkLeft < 0 {
      guard let end = Self.find([13, 10], in: buffer, from: 0) else { return false }
      let size = Int(String(decoding: buffer[..<end], as: UTF8.self).split(separator: ";").first ?? "", radix: 16)
      guard let size, size >= 0 else {
        fail(400)
        return false
      }
      if size == 0 {
        guard buffer.count >= end + 4 else { return false }
        buffer.removeFirst(end + 4)
        stream.inboundEnded = true
        stream.events.insert(.changed)
        stream.deliver()
        return true
      }
      buffer.removeFirst(end + 2)
      chunkLeft = size
    }
    let count = min(chunkLeft, buffer.count)
    if count > 0 {
      buffer.withUnsafeBytes { stream.inbound.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      buffer.removeFirst(count)
      chunkLeft -= count
      stream.events.insert(.changed)
      stream.deliver()
    }
    if chunkLeft == 0 {
      guard buffer.count >= 2 else { return count > 0 }
      buffer.removeFirst(2)
      chunkLeft = -1
      return true
    }
    return count > 0
  }

  private static func find(_ wanted: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
    guard bytes.count >= wanted.count else { return nil }
    var index = from
    while index + wanted.count <= bytes.count {
      if bytes[index] == wanted[0], bytes[index..<index + wanted.count].elementsEqual(wanted) { return index }
      index += 1
    }
    return nil
  }

  private func fail(_ status: Int) {
    let body = #"{"detail":"请求格式错误"}"#
    output += Array("HTTP/1.1 \(status) Error\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)".utf8)
    isFinished = true
    transport.mark()
  }

  override func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) {
    var text = "HTTP/1.1 \(head.status) \(head.status)\r\n"
    head.headers.forEach { name, value in
      text += String(decoding: name, as: UTF8.self) + ": " + String(decoding: value, as: UTF8.self) + "\r\n"
    }
    sendsChunks = false
    if !head.headers.contains("content-length"), head.status != 204, head.status != 304 {
      if end {
        text += "content-length: 0\r\n"
      } else {
        text += "transfer-encoding: chunked\r\n"
        sendsChunks = true
      }
    }
    if !keepsAlive || !stream.inboundEnded { text += "connection: close\r\n" }
    text += "\r\n"
    output += Array(text.utf8)
    if end { finished(stream) }
    transport.mark()
  }

  override func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) {
    sendHead(stream, ResponseHead(status: table.status ?? 200, headers: table.headers), end: end)
  }

  override func outboundGrew(_ stream: HTTPStream) {
    let bytes = stream.outbound.bytes
    stream.outbound.clear()
    if !bytes.isEmpty {
      if sendsChunks { output += Array(String(bytes.count, radix: 16).utf8) + [13, 10] }
      output += bytes
      if sendsChunks { output += [13, 10] }
    }
    if stream.isOutboundFinished {
      if sendsChunks { output += Array("0\r\n\r\n".utf8) }
      finished(stream)
    }
    transport.mark()
  }

  private func finished(_ stream: HTTPStream) {
    if !keepsAlive || !stream.inboundEnded { isFinished = true }
    transport.loop.execute { [self] in
      stream.isClosed = true
      stream.events.insert(.closed)
      stream.deliver()
      if self.stream === stream { self.stream = nil }
      process()
      transport.mark()
    }
  }

  override func consumed(_ stream: HTTPStream, _ count: Int) { transport.mark() }
  override func reset(_ stream: HTTPStream, _ code: UInt32) { transport.close() }
  override func streamIsDone(_ stream: HTTPStream) {}

  func pull(into output: OutputBuffer, limit: Int) {
    guard !self.output.isEmpty else { return }
    self.output.withUnsafeBytes { if let base = $0.baseAddress { output.append(base, $0.count) } }
    self.output.removeAll(keepingCapacity: self.output.capacity < 8192)
  }

  func transportClosed() {
    guard let stream, !stream.isClosed else { return }
    stream.isClosed = true
    stream.inboundEnded = true
    stream.closeReason = .connectionLost
    stream.events.insert(.closed)
    stream.deliver()
  }

  func drain() {
    isDraining = true
    keepsAlive = false
    if stream == nil { transport.close() }
  }
  func tick(_ now: MonotonicTime) {}
}
