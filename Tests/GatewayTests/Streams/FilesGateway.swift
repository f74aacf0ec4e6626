import HTTP
import Logging
import Net
import RPC
import Testing

@testable import Gateway

/// A gateway in front of `FilesService`: in its process, or across the network as `weft gateway` is.
final class FilesGateway {
  enum Way: CaseIterable {
    case inProcess, remote
  }

  let service = FilesService()
  let port: UInt16
  private let group = EventLoopGroup(count: 1)
  private var servers: [HTTPServer] = []

  init(_ way: Way, options: RESTGateway.Options = .init(), limits: HTTPLimits = .init()) throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let rpc = RPCServer(services: [service], policies: [FilesPolicy()], gatewaySecret: "secret", logger: logger)
    let invoker: any RPCInvoker
    switch way {
    case .inProcess: invoker = InProcessInvoker(rpc)
    case .remote:
      let server = HTTPServer(group: group, handler: rpc)
      let port = try server.bind(.loopback(port: 0)).port
      servers.append(server)
      invoker = HTTP2Invoker(RPCClient(host: "127.0.0.1", port: port, loops: group), gatewaySecret: "secret")
    }
    let gateway = try RESTGateway(
      methods: rpc.methods, invoker: invoker, pages: DocumentationPages(), options: options, logger: logger, isReady: { true })
    let server = HTTPServer(group: group, handler: gateway, limits: limits)
    port = try server.bind(.loopback(port: 0)).port
    servers.append(server)
  }

  /// The head of an upload of `body`.
  static func head(
    _ target: String = "PUT /files/a", token: String? = "ann", boundary: String = "XX", length: Int?, more: String = ""
  ) -> [UInt8] {
    var head = "\(target) HTTP/1.1\r\nhost: localhost\r\nuser-agent: test\r\n"
    if let token { head += "authorization: Bearer \(token)\r\n" }
    if let length { head += "content-length: \(length)\r\n" }
    if !boundary.isEmpty { head += "content-type: multipart/form-data; boundary=\(boundary)\r\n" }
    return Array((head + more + "\r\n").utf8)
  }

  /// Sends a form and reads the answer until the server closes.
  func upload(
    _ body: [UInt8], _ target: String = "POST /files/a", token: String? = "ann", boundary: String = "XX",
    more: String = "connection: close\r\n"
  ) throws -> LoopbackGateway.Answer {
    let socket = try RawSocket(port: port)
    socket.write(Self.head(target, token: token, boundary: boundary, length: body.count, more: more) + body)
    return try LoopbackGateway.parse(socket.readToEnd())
  }

  func get(_ path: String, method: String = "GET", more: String = "") throws -> (head: String, body: [UInt8]) {
    let socket = try RawSocket(port: port)
    socket.write(
      Array("\(method) \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ann\r\n\(more)\r\n".utf8))
    return Self.split(socket.readToEnd())
  }

  static func split(_ bytes: [UInt8]) -> (head: String, body: [UInt8]) {
    let end = Array("\r\n\r\n".utf8)
    var at = 0
    while at + 4 <= bytes.count, Array(bytes[at..<at + 4]) != end { at += 1 }
    return (String(decoding: bytes[..<min(at, bytes.count)], as: UTF8.self), Array(bytes.dropFirst(at + 4)))
  }

  /// Waits until the service has noted `text`, a minute at most.
  func notes(_ text: String) async -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while !service.log.contains(text) {
      if ContinuousClock.now > end { return false }
      try? await Task.sleep(for: .milliseconds(2))
    }
    return true
  }
}

/// A multipart form.
struct TestForm {
  var boundary = "XX"
  private(set) var bytes: [UInt8] = []

  mutating func field(_ name: String, _ value: String) {
    part("content-disposition: form-data; name=\"\(name)\"", Array(value.utf8))
  }

  mutating func file(_ bytes: [UInt8], name: String = "a.bin", part partName: String = "file", type: String? = "application/pdf") {
    part(
      "Content-Disposition: form-data; name=\"\(partName)\"; filename=\"\(name)\"" + (type.map { "\r\nContent-Type: \($0)" } ?? ""), bytes)
  }

  mutating func part(_ head: String, _ body: [UInt8]) {
    bytes += Array("--\(boundary)\r\n\(head)\r\n\r\n".utf8) + body + Array("\r\n".utf8)
  }

  mutating func close() { bytes += Array("--\(boundary)--\r\n".utf8) }

  static func make(_ build: (inout TestForm) -> Void) -> [UInt8] {
    var form = TestForm()
    build(&form)
    form.close()
    return form.bytes
  }
}
