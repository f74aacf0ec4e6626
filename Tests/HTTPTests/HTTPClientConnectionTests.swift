import Net
import Synchronization
import Testing

@testable import HTTP

/// Collects a response and tells when the stream has closed.
final class Collector: HTTPStreamOwner, @unchecked Sendable {  // used on the loop; its result is handed out once
  private var body: [UInt8] = []
  private let done: (Response) -> Void

  struct Response: Sendable {
    let status: Int?
    let body: String
    let trailers: Headers?
    let reason: HTTPCloseReason
  }

  init(_ done: @escaping (Response) -> Void) { self.done = done }

  func streamChanged(_ stream: HTTPStream) {
    body += stream.inbound.bytes
    stream.consume(stream.inbound.count)
  }

  func streamWritable(_ stream: HTTPStream) {}

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    done(
      Response(
        status: stream.response?.status, body: String(decoding: body, as: UTF8.self), trailers: stream.inboundTrailers, reason: reason))
  }
}

extension HTTPClientConnection {
  func call(_ path: String, method: HTTPMethod = .get, body: [UInt8]? = nil) async -> Collector.Response {
    await withCheckedContinuation { continuation in
      loop.execute { [self] in
        let stream = open(
          RequestHead(method: method, path: path, authority: "test"), owner: Collector { continuation.resume(returning: $0) },
          end: body == nil)
        if let body {
          stream.send(body)
          stream.finish()
        }
      }
    }
  }

  func onLoop<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in loop.execute { continuation.resume(returning: body()) } }
  }
}

@Suite(.blocking) struct HTTPClientConnectionTests {
  private func withConnection(
    _ limits: HTTPLimits = HTTPLimits(), _ body: (TestServer, HTTPClientConnection) async throws -> Void
  ) async throws {
    let server = try TestServer(limits: limits)
    let connection = try await HTTPClientConnection.connect(
      to: "localhost", port: server.address.port, loop: server.group.loops[0], timeout: .seconds(60))
    try await body(server, connection)
    await connection.onLoop { connection.abort() }
    await server.stop()
  }

  @Test func getsAnAnswerAndItsTrailers() async throws {
    try await withConnection { _, connection in
      let response = await connection.call("/trailers")
      #expect(response.status == 200)
      #expect(response.body == "body")
      #expect(response.trailers?["grpc-status"] == "0")
      #expect(response.reason == .finished)
    }
  }

  @Test func manyCallsShareTheConnection() async throws {
    try await withConnection { server, connection in
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<200 {
          group.addTask {
            let response = await connection.call("/echo", method: .post, body: Array("\(index)".utf8))
            #expect(response.body == "\(index)")
          }
        }
      }
      #expect(server.server.counters.snapshot.connectionsAccepted == 1)
    }
  }

  @Test func largeBodiesGoBothWays() async throws {
    try await withConnection { _, connection in
      let body = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000)
      let response = await connection.call("/echo", method: .post, body: body)
      #expect(response.body.utf8.count == body.count)
    }
  }

  @Test func afterGoAwayNewStreamsAreRefusedAndOpenOnesFinish() async throws {
    try await withConnection { server, connection in
      async let drained: Void = server.server.drain(timeout: .seconds(60))
      let closed: Bool = await withCheckedContinuation { continuation in
        connection.loop.execute { connection.whenClosed { continuation.resume(returning: true) } }
      }
      #expect(closed)
      let response = await connection.call("/hello")
      #expect(response.reason.isRetryable)
      #expect(await connection.onLoop { !connection.isUsable })
      await drained
    }
  }

  @Test func closingLetsOpenStreamsFinish() async throws {
    try await withConnection { _, connection in
      let response: Collector.Response = await withCheckedContinuation { continuation in
        connection.loop.execute {
          _ = connection.open(
            RequestHead(method: .get, path: "/stream", authority: "x"), owner: Collector { continuation.resume(returning: $0) }, end: true)
          connection.close()
        }
      }
      #expect(response.reason == .finished)
      #expect(response.body.utf8.count == 2_000_000)
    }
  }

  @Test func aPeerThatAnswersNoPingIsLost() async throws {
    let group = EventLoopGroup(count: 1)
    // Accepts and says nothing at all.
    let silent = try Listener(.loopback(port: 0), group: group) { _, _, _ in }
    let connection = try await HTTPClientConnection.connect(
      to: "127.0.0.1", port: silent.address.port, loop: group.loops[0], timeout: .seconds(60), keepAlive: .milliseconds(20),
      keepAliveTimeout: .milliseconds(20))
    let isClosed: Bool = await withCheckedContinuation { continuation in
      connection.loop.execute { connection.whenClosed { continuation.resume(returning: true) } }
    }
    #expect(isClosed)
    silent.close()
    group.shutdown()
  }

  @Test func aHeadThatCannotBeSentIsRefused() async throws {
    try await withConnection { _, connection in
      let reason: HTTPCloseReason = await withCheckedContinuation { continuation in
        connection.loop.execute {
          _ = connection.open(
            RequestHead(method: .get, path: "/", authority: "x", headers: ["a": "b\r\nc"]),
            owner: Collector { continuation.resume(returning: $0.reason) })
        }
      }
      #expect(reason == .reset(HTTPErrorCode.refusedStream))
    }
  }
}
