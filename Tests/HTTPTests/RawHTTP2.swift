/// HTTP/2 frames by hand, so that a test can send what no library would.
struct Frame: Equatable, CustomStringConvertible {
  enum Kind {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9
  }

  static let endStream: UInt8 = 1
  static let ack: UInt8 = 1
  static let endHeaders: UInt8 = 4

  var kind: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), kind, flags] + word(stream) + payload
  }

  /// The 32-bit number at `offset` of the payload.
  func number(at offset: Int) -> UInt32 { payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }

  var description: String { "kind \(kind) flags \(flags) stream \(stream) \(payload.count) bytes" }
}

func word(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

/// HPACK without table or Huffman: literals that are not indexed (RFC 7541, 6.2.2).
func hpack(_ fields: [(String, String)]) -> [UInt8] {
  var block: [UInt8] = []
  for (name, value) in fields {
    block.append(0)
    block += integer(name.utf8.count)
    block += name.utf8
    block += integer(value.utf8.count)
    block += value.utf8
  }
  return block
}

private func integer(_ value: Int) -> [UInt8] {
  guard value >= 127 else { return [UInt8(value)] }
  var rest = value - 127
  var bytes: [UInt8] = [127]
  while rest >= 128 {
    bytes.append(UInt8(rest & 127 | 128))
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}

func requestFields(_ path: String, method: String = "GET", extra: [(String, String)] = []) -> [UInt8] {
  hpack([(":method", method), (":scheme", "http"), (":path", path), (":authority", "test")] + extra)
}

func requestHeaders(_ stream: UInt32, _ path: String, method: String = "GET", end: Bool = true, extra: [(String, String)] = []) -> Frame {
  Frame(
    kind: Frame.Kind.headers, flags: Frame.endHeaders | (end ? Frame.endStream : 0), stream: stream,
    payload: requestFields(path, method: method, extra: extra))
}

/// A raw connection that has said the preface and an empty SETTINGS.
final class RawHTTP2 {
  let client: RawClient
  private var buffer: [UInt8] = []

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  init(_ client: RawClient, settings: [UInt8] = []) {
    self.client = client
    client.send(Self.preface + Frame(kind: Frame.Kind.settings, payload: settings).bytes)
  }

  @discardableResult
  func send(_ frames: Frame...) -> Bool { client.send(frames.flatMap(\.bytes)) }

  /// The next frame; nil at the end of the connection.
  func next() -> Frame? {
    while true {
      if buffer.count >= 9 {
        let length = Int(buffer[0]) << 16 | Int(buffer[1]) << 8 | Int(buffer[2])
        if buffer.count >= 9 + length {
          let stream = buffer[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
          let frame = Frame(kind: buffer[3], flags: buffer[4], stream: stream, payload: Array(buffer[9..<9 + length]))
          buffer.removeFirst(9 + length)
          return frame
        }
      }
      let more = client.receive()
      if more.isEmpty { return nil }
      buffer += more
    }
  }

  /// Frames up to and with the first that satisfies `condition`; nil as the last element's absence means the connection ended before.
  func frames(until condition: (Frame) -> Bool) -> [Frame] {
    var all: [Frame] = []
    while let frame = next() {
      all.append(frame)
      if condition(frame) { break }
    }
    return all
  }

  func goAway() -> Frame? { frames { $0.kind == Frame.Kind.goAway }.last { $0.kind == Frame.Kind.goAway } }
}
