import Glibc
import HTTP
import Net
import RPC
import Testing

@testable import Gateway

/// A gateway on a port of this machine in front of a `RecordingInvoker`, and a client that writes raw HTTP/1.1.
final class LoopbackGateway {
  /// An answer taken apart.
  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  let invoker = RecordingInvoker()
  let port: UInt16
  private let group: EventLoopGroup
  private let server: HTTPServer

  init(
    options: RESTGateway.Options = .init(), pages: DocumentationPages = .init(), isReady: Bool = true, upstream: UpstreamState = .serving
  ) throws {
    group = EventLoopGroup(count: 1)
    let gateway = try RESTGateway(
      methods: TestServices.methods, invoker: invoker, pages: pages, options: options, upstream: { upstream },
      isReady: { isReady })
    server = HTTPServer(group: group, handler: gateway)
    port = try server.bind(.loopback(port: 0)).port
  }

  /// Sends one request and reads the answer to its end.
  ///
  /// - Parameters:
  ///   - token: Sent as it is in `authorization`; the good one unless told otherwise.
  ///   - body: Sent with its `content-length`; as JSON unless a `content-type` is among the headers.
  func send(
    _ method: String, _ target: String, _ headers: [String: String] = [:], token: String? = RecordingInvoker.goodToken, body: String? = nil
  ) throws -> Answer {
    try send(method, target, headers, token: token, bytes: body.map { Array($0.utf8) })
  }

  func send(
    _ method: String, _ target: String, _ headers: [String: String] = [:], token: String? = RecordingInvoker.goodToken, bytes: [UInt8]?
  ) throws -> Answer {
    var head = "\(method) \(target) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    if let token { head += "authorization: \(token)\r\n" }
    if let bytes {
      if headers["content-length"] == nil && headers["transfer-encoding"] == nil { head += "content-length: \(bytes.count)\r\n" }
      if headers["content-type"] == nil { head += "content-type: application/json\r\n" }
    }
    for (name, value) in headers where !value.isEmpty { head += "\(name): \(value)\r\n" }
    return try exchange(Array((head + "\r\n").utf8) + (bytes ?? []))
  }

  /// Writes `request` and reads until the server closes.
  func exchange(_ request: [UInt8]) throws -> Answer {
    let socket = try RawSocket(port: port)
    socket.write(request)
    return try Self.parse(socket.readToEnd())
  }

  static func parse(_ bytes: [UInt8]) throws -> Answer {
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = try #require(parts.first).split(separator: "\r\n")
    let status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      // Lines of one name are one value with commas (RFC 9110, section 5.3).
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      headers[line[..<colon].lowercased(), default: ""] += headers[line[..<colon].lowercased()] == nil ? value : ", " + value
    }
    return Answer(status: status, headers: headers, body: parts.count > 1 ? String(parts[1]) : "")
  }
}

/// A blocking TCP connection to this machine that gives up after ten seconds.
final class RawSocket {
  private let descriptor: Int32

  /// - Parameter receiveBuffer: What the kernel may hold for this reader; as much as it likes unless told.
  init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    try #require(result == 0)
  }

  deinit { Glibc.close(descriptor) }

  /// Lets the connection end with a reset: a mere close could be a client that still reads.
  func resetWhenClosed() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  /// Writes as much as the server takes.
  func write(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + written, $0.count - written, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      written += count
    }
  }

  /// Writes as much as the server takes before it has taken nothing for `patience` milliseconds.
  func offer(_ bytes: [UInt8], patience: Int32) -> Int {
    var written = 0
    while written < bytes.count {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, patience) > 0 else { break }
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + written, $0.count - written, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count <= 0 { break }
      written += count
    }
    return written
  }

  func readToEnd() -> [UInt8] {
    var all: [UInt8] = []
    while let chunk = read(), !chunk.isEmpty { all += chunk }
    return all
  }

  /// What is there, at most 64 KiB; empty at the end, nil after ten seconds without anything.
  func read() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    return count < 0 ? nil : Array(chunk[..<count])
  }
}
