import Net
import Testing

@testable import HTTP

@Suite(.blocking) struct HTTP1ConnectionTests {
  private func withServer(_ limits: HTTPLimits = HTTPLimits(), _ body: (TestServer, RawClient) async throws -> Void) async throws {
    let server = try TestServer(limits: limits)
    try await body(server, RawClient(server.address))
    await server.stop()
  }

  private func exchange(_ request: String, limits: HTTPLimits = HTTPLimits()) async throws -> String {
    var answer = ""
    try await withServer(limits) { _, client in
      client.send(request)
      client.finishSending()
      answer = client.receiveAll()
    }
    return answer
  }

  @Test func answersAndKeepsTheConnection() async throws {
    try await withServer { _, client in
      for _ in 0..<3 {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        let answer = client.receive(until: "\r\n\r\nhello")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\ncontent-length: 5\r\n"))
        #expect(answer.contains("\r\ndate: "))
        #expect(!answer.contains("connection:"))
      }
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    let requests = (0..<50).map { "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\($0 + 10)" }.joined()
    let answer = try await exchange(requests)
    let bodies = answer.components(between: "\r\n\r\n")
    #expect(bodies == (0..<50).map { "\($0 + 10)" })
  }

  @Test func closesWhenAskedTo() async throws {
    try await withServer { _, client in
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let answer = client.receiveAll()
      #expect(answer.contains("\r\nconnection: close\r\n"))
      #expect(answer.hasSuffix("hello"))
    }
  }

  @Test func http10ClosesUnlessItSaysKeepAlive() async throws {
    try await withServer { _, client in
      client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(client.receive(until: "hello").contains("\r\nconnection: keep-alive\r\n"))
      client.send("GET / HTTP/1.0\r\n\r\n")
      #expect(client.receiveAll().contains("\r\nconnection: close\r\n"))
    }
  }

  @Test func headHasTheLengthAndNoBody() async throws {
    let answer = try await exchange("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.contains("\r\ncontent-length: 5\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n"))
  }

  @Test func aStatusWithoutABodyHasNoLength() async throws {
    let answer = try await exchange("GET /no-content HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 204 No Content\r\n"))
    #expect(!answer.contains("content-length"))
    #expect(!answer.contains("transfer-encoding"))
  }

  @Test func aBodyOfUnknownLengthComesInChunks() async throws {
    let answer = try await exchange("GET /trailers HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.contains("\r\ntransfer-encoding: chunked\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n4\r\nbody\r\n0\r\n\r\n"))
  }

  @Test func aBodyOfUnknownLengthEndsWithTheConnectionInHTTP10() async throws {
    let answer = try await exchange("GET /trailers HTTP/1.0\r\n\r\n")
    #expect(!answer.contains("transfer-encoding"))
    #expect(answer.hasSuffix("\r\n\r\nbody"))
  }

  @Test func aLongStreamArrivesWholeBehindBackPressure() async throws {
    let answer = try await exchange("GET /stream HTTP/1.0\r\n\r\n")
    #expect(answer.utf8.count(where: { $0 == UInt8(ascii: "s") }) >= 2_000_000)
  }

  @Test func takesChunksAndTrailers() async throws {
    let head = "POST /seen-trailers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(try await exchange(head + "1\r\na\r\n0\r\nX-Sum: 42\r\n\r\n").hasSuffix("\r\n\r\n42"))
  }

  @Test func expectIsAnsweredBeforeTheBody() async throws {
    try await withServer { _, client in
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      client.send("abc")
      #expect(client.receive(until: "abc").hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test func aRefusalComesInsteadOf100Continue() async throws {
    try await withServer { _, client in
      client.send("POST /early HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
      let answer = client.receiveAll()
      #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
      #expect(answer.contains("\r\nconnection: close\r\n"))
    }
  }

  @Test func anEarlyAnswerReachesAClientThatStillSends() async throws {
    try await withServer { _, client in
      client.send("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
      client.send([UInt8](repeating: 0, count: 4_000_000))
      client.finishSending()
      #expect(client.receiveAll().hasSuffix("too large"))
    }
  }

  @Test func aClientThatGoesOnSendingIsReadButNotForEver() async throws {
    var limits = HTTPLimits()
    limits.lingerTimeout = .seconds(60)
    limits.lingerBytesMax = 1_000_000
    try await withServer(limits) { _, client in
      client.send("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
      let piece = [UInt8](repeating: 0, count: 100_000)
      var taken = 0
      for _ in 0..<9 where client.send(piece) { taken += 1 }
      #expect(taken == 9)
      #expect(client.receive(until: "too large").hasSuffix("too large"))
      // Beyond the ceiling the connection is closed over the client's head.
      for _ in 0..<200 where !client.send(piece) { return }
      Issue.record("everything was taken")
    }
  }

  @Test func anOwnerMayAnswerForAStalledBody() async throws {
    var limits = HTTPLimits()
    limits.bodyIdleTimeout = .milliseconds(50)
    limits.lingerTimeout = .milliseconds(20)
    try await withServer(limits) { _, client in
      client.send("POST /stalled HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
      let answer = client.receiveAll()
      #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.hasSuffix("waited long enough"))
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400), ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
  ])
  func whatIsNoRequestIsAnsweredOnceAndTheConnectionEnds(_ request: String, _ status: Int) async throws {
    try await withServer { _, client in
      client.send(request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = client.receiveAll()
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(answer.contains("\r\nconnection: close\r\n"))
      #expect(answer.contains(#"{"detail":""#))
      #expect(!answer.contains("hello"))
    }
  }

  @Test func aHeaderThatWouldSplitTheResponseIsNotSent() async throws {
    let answer = try await exchange("GET /bad-header HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 500 "))
    #expect(!answer.contains("set-cookie"))
  }

  @Test func aSlowHeadIsGivenUp() async throws {
    var limits = HTTPLimits()
    limits.headTimeout = .milliseconds(40)
    try await withServer(limits) { server, client in
      client.send("GET / HTTP/1.1\r\nHo")
      #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 "))
      #expect(server.server.counters.snapshot.connectionsTimedOut > 0)
    }
  }

  @Test func aConnectionThatSaysNothingIsClosed() async throws {
    var limits = HTTPLimits()
    limits.headTimeout = .milliseconds(40)
    try await withServer(limits) { _, client in #expect(client.receiveAll().isEmpty) }
  }

  @Test func anIdleKeepAliveConnectionIsClosed() async throws {
    var limits = HTTPLimits()
    limits.keepAliveTimeout = .milliseconds(40)
    try await withServer(limits) { _, client in
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.receiveAll().hasSuffix("hello"))
    }
  }

  @Test func aBodyThatStopsIsGivenUp() async throws {
    var limits = HTTPLimits()
    limits.bodyIdleTimeout = .milliseconds(40)
    try await withServer(limits) { server, client in
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
      #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 "))
      let log = await server.log { $0.contains { $0.hasPrefix("closed") } }
      #expect(log.last == "closed /echo connectionLost")
    }
  }

  @Test func aPeerThatDoesNotReadLosesItsConnection() async throws {
    var limits = HTTPLimits()
    limits.writeStallTimeout = .milliseconds(60)
    try await withServer(limits) { server, client in
      for _ in 0..<4 { client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") }
      let log = await server.log { $0.contains { $0.contains("connectionLost") } }
      #expect(log.contains { $0 == "closed /stream connectionLost" })
    }
  }

  @Test func whatNobodyConsumesStopsTheSocket() async throws {
    try await withServer { server, client in
      client.send("POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
      var limit = timevalOfMilliseconds(300)
      setTimeout(client.descriptor, &limit)
      #expect(!client.send([UInt8](repeating: 1, count: 60_000_000)))
      #expect(server.server.counters.snapshot.connectionsOpen == 1)
    }
  }

  @Test func tooManyConnectionsAreToldSo() async throws {
    var limits = HTTPLimits()
    limits.connectionsMax = 1
    try await withServer(limits) { server, first in
      first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = first.receive(until: "hello")
      let second = try RawClient(server.address)
      second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(second.receiveAll().hasPrefix("HTTP/1.1 503 "))
      let third = RawHTTP2(try RawClient(server.address))
      #expect(third.goAway()?.number(at: 4) == HTTPErrorCode.enhanceYourCalm)
      #expect(server.server.counters.snapshot.connectionsRefused == 2)
    }
  }

  @Test func aClientThatLeavesIsNoticed() async throws {
    try await withServer { server, _ in
      do {
        let leaving = try RawClient(server.address)
        leaving.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        _ = await server.log { $0.contains("accept /echo") }
      }
      let log = await server.log { $0.contains { $0.hasPrefix("closed") } }
      #expect(log.last == "closed /echo connectionLost")
    }
  }

  @Test func resettingAStreamEndsTheConnection() async throws {
    #expect(try await exchange("GET /reset HTTP/1.1\r\nHost: x\r\n\r\n").isEmpty)
  }
}

extension String {
  /// The first two bytes after each occurrence of `separator`.
  func components(between separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).dropFirst().map { String($0.prefix(2)) }
  }
}
