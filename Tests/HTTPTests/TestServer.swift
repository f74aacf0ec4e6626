import HTTP
import Net
import Platform
import Synchronization

/// A server on a free port with a handler for every behaviour the tests need. `stop` drains it.
final class TestServer: Sendable {
  let group = EventLoopGroup(count: 1)
  let handler = TestHandler()
  let server: HTTPServer
  let address: SocketAddress

  init(limits: HTTPLimits = HTTPLimits(), tls: TLSContext? = nil) throws {
    server = HTTPServer(group: group, handler: handler, limits: limits, tls: tls)
    address = try server.bind(.loopback(port: 0))
  }

  func stop() async {
    await server.drain(timeout: .milliseconds(200))
    group.shutdown()
  }

  /// Runs `body` on the loop and waits for it.
  func onLoop<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in group.loops[0].execute { continuation.resume(returning: body()) } }
  }

  /// Waits until the handler's log satisfies `condition`, at most five seconds of looking at it.
  func log(until condition: @escaping @Sendable ([String]) -> Bool) async -> [String] {
    _ = await becomes { condition($0.handler.log) }
    return handler.log
  }

  /// Waits until `condition` holds, at most five seconds of looking at it.
  func becomes(_ condition: @escaping @Sendable (TestServer) -> Bool) async -> Bool {
    let deadline = MonotonicInstant.now() + .seconds(5)
    while !condition(self) {
      if MonotonicInstant.now() > deadline { return false }
      await withCheckedContinuation { continuation in
        let loop = group.loops[0]
        loop.execute { loop.schedule(after: .milliseconds(2)) { continuation.resume() } }
      }
    }
    return true
  }
}

final class TestHandler: HTTPHandler {
  private let entries = Mutex<[String]>([])

  var log: [String] { entries.withLock { $0 } }

  func note(_ entry: String) { entries.withLock { $0.append(entry) } }

  func accept(_ stream: HTTPStream) -> any HTTPStreamOwner {
    note("accept \(stream.request.path)")
    let owner = TestOwner(self)
    switch stream.request.path {
    case "/early": stream.respond(ResponseHead(status: 413, headers: ["content-type": "text/plain"]), body: Array("too large".utf8))
    case "/never": stream.handlerDidStart()
    case "/deferred": stream.defersContinue = true
    case "/drained":
      stream.drainsAfterAnswer = true
      stream.respond(ResponseHead(status: 413, headers: ["content-type": "text/plain"]), body: Array("too large".utf8))
    case "/stalled": stream.inboundIdleTimeout = .milliseconds(50)
    case "/reset": stream.reset(HTTPErrorCode.cancel)
    default: break
    }
    return owner
  }
}

final class TestOwner: HTTPStreamOwner {
  private let handler: TestHandler
  private var body: [UInt8] = []
  private var left = 0

  init(_ handler: TestHandler) { self.handler = handler }

  func streamChanged(_ stream: HTTPStream) {
    switch stream.request.path {
    case "/never", "/hold": return
    default: break
    }
    body += stream.inbound.bytes
    stream.consume(stream.inbound.count)
    guard stream.inboundEnded, !stream.isClosed else { return }
    answer(stream)
  }

  private func answer(_ stream: HTTPStream) {
    switch stream.request.path {
    case "/stream":
      stream.sendHead(ResponseHead(status: 200))
      left = 2_000_000
      fill(stream)
    case "/trailers":
      stream.sendHead(ResponseHead(status: 200, headers: ["content-type": "application/grpc"]))
      stream.send(Array("body".utf8))
      stream.finish(trailers: ["grpc-status": "0"])
    case "/bad-header":
      stream.respond(ResponseHead(status: 200, headers: ["x": "a\r\nset-cookie: b"]), body: [])
    case "/no-content":
      stream.respond(ResponseHead(status: 204), body: [])
    case "/seen-trailers":
      stream.respond(ResponseHead(status: 200), body: Array((stream.inboundTrailers?["x-sum"] ?? "none").utf8))
    default:
      stream.respond(ResponseHead(status: 200, headers: ["content-type": "text/plain"]), body: body.isEmpty ? Array("hello".utf8) : body)
    }
  }

  private func fill(_ stream: HTTPStream) {
    while left > 0, !stream.isAboveHighWater {
      let count = min(left, 10_000)
      stream.send([UInt8](repeating: UInt8(ascii: "s"), count: count))
      left -= count
    }
    if left == 0 { stream.finish() }
  }

  func streamWritable(_ stream: HTTPStream) { fill(stream) }

  func streamStalled(_ stream: HTTPStream) -> Bool {
    guard stream.request.path == "/stalled" else { return false }
    stream.respond(ResponseHead(status: 408), body: Array("waited long enough".utf8))
    return true
  }

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    handler.note("closed \(stream.request.path) \(reason)")
  }
}
