import Net
import Testing

@testable import HTTP

@Suite(.blocking) struct HTTP2ConnectionTests {
  private func withServer(_ limits: HTTPLimits = HTTPLimits(), _ body: (TestServer, RawHTTP2) async throws -> Void) async throws {
    let server = try TestServer(limits: limits)
    try await body(server, RawHTTP2(RawClient(server.address)))
    await server.stop()
  }

  private func body(_ frames: [Frame], _ stream: UInt32) -> String {
    String(decoding: frames.filter { $0.kind == Frame.Kind.data && $0.stream == stream }.flatMap(\.payload), as: UTF8.self)
  }

  private func ends(_ stream: UInt32) -> (Frame) -> Bool {
    { $0.stream == stream && ($0.kind == Frame.Kind.reset || $0.kind <= 1 && $0.flags & Frame.endStream != 0) }
  }

  @Test func theFirstSettingsTellTheLimits() async throws {
    try await withServer { _, peer in
      let settings = try #require(peer.next())
      #expect(settings.kind == Frame.Kind.settings)
      var values: [Int: UInt32] = [:]
      for at in stride(from: 0, to: settings.payload.count, by: 6) {
        values[Int(settings.payload[at]) << 8 | Int(settings.payload[at + 1])] = settings.number(at: at + 2)
      }
      #expect(values == [3: 256, 4: 256 * 1024, 6: 16 * 1024])
      let window = peer.frames { $0.kind == Frame.Kind.windowUpdate }.last
      #expect(window?.number(at: 0) == UInt32(1024 * 1024 - 65_535))
    }
  }

  @Test func answersARequest() async throws {
    try await withServer { server, peer in
      peer.send(requestHeaders(1, "/hello"))
      #expect(body(peer.frames(until: ends(1)), 1) == "hello")
      let log = await server.log { $0.count >= 2 }
      #expect(log == ["accept /hello", "closed /hello finished"])
    }
  }

  @Test func anOwnerMayAnswerForAStalledBody() async throws {
    var limits = HTTPLimits()
    limits.lingerTimeout = .milliseconds(20)
    try await withServer(limits) { _, peer in
      peer.send(
        requestHeaders(1, "/stalled", method: "POST", end: false), Frame(kind: Frame.Kind.data, stream: 1, payload: Array("a".utf8)))
      let frames = peer.frames { $0.kind == Frame.Kind.reset }
      #expect(body(frames, 1) == "waited long enough")
      // The rest of the body is not wanted (RFC 9113, 8.1).
      #expect(frames.last?.number(at: 0) == HTTPErrorCode.noError)
    }
  }

  @Test func aBodyMayGoOnAfterItsAnswerForAWhile() async throws {
    var limits = HTTPLimits()
    limits.lingerTimeout = .milliseconds(20)
    limits.lingerBytesMax = 30_000
    try await withServer(limits) { server, peer in
      let data = [UInt8](repeating: 0, count: 10_000)
      func send(_ id: UInt32, _ count: Int, end: Bool) {
        peer.send(requestHeaders(id, "/drained", method: "POST", end: false))
        let answer = peer.frames(until: ends(id))
        #expect(body(answer, id) == "too large" && answer.last?.kind == Frame.Kind.data)
        for index in 0..<count {
          peer.send(Frame(kind: Frame.Kind.data, flags: end && index == count - 1 ? 1 : 0, stream: id, payload: data))
        }
      }
      func reset(_ id: UInt32) -> UInt32? { peer.frames { $0.kind == Frame.Kind.reset && $0.stream == id }.last?.number(at: 0) }
      send(1, 3, end: true)
      let log = await server.log { $0.contains("closed /drained finished") }
      #expect(log.last == "closed /drained finished")
      // Too much, and too long without anything.
      send(3, 4, end: false)
      #expect(reset(3) == HTTPErrorCode.noError)
      send(5, 1, end: false)
      #expect(reset(5) == HTTPErrorCode.noError)
    }
  }

  @Test func streamsAreAnsweredSideBySide() async throws {
    try await withServer { _, peer in
      for id in stride(from: UInt32(1), to: 40, by: 2) {
        peer.send(
          requestHeaders(id, "/echo", method: "POST", end: false),
          Frame(kind: Frame.Kind.data, flags: 1, stream: id, payload: Array("\(id)".utf8)))
      }
      var bodies: [UInt32: String] = [:]
      var ended = 0
      for frame in peer.frames(until: {
        if $0.kind == Frame.Kind.data, $0.flags & 1 == 1 { ended += 1 }
        return ended == 20
      }) where frame.kind == Frame.Kind.data { bodies[frame.stream, default: ""] += String(decoding: frame.payload, as: UTF8.self) }
      #expect(bodies.count == 20)
      #expect(bodies.allSatisfy { $0.value == "\($0.key)" })
    }
  }

  @Test func trailersComeAfterTheBody() async throws {
    try await withServer { _, peer in
      peer.send(requestHeaders(1, "/trailers"))
      let frames = peer.frames(until: ends(1)).filter { $0.stream == 1 }
      #expect(frames.map(\.kind) == [Frame.Kind.headers, Frame.Kind.data, Frame.Kind.headers])
      #expect(frames[1].flags & Frame.endStream == 0)
    }
  }

  @Test func anAnswerBeforeTheRequestsEndIsFollowedByNoError() async throws {
    try await withServer { _, peer in
      peer.send(requestHeaders(1, "/early", method: "POST", end: false))
      let frames = peer.frames { $0.kind == Frame.Kind.reset }
      #expect(body(frames, 1) == "too large")
      #expect(frames.last?.number(at: 0) == HTTPErrorCode.noError)
    }
  }

  @Test func aLongStreamWaitsForTheWindow() async throws {
    try await withServer { _, peer in
      peer.send(requestHeaders(1, "/stream"))
      var received = 0
      while received < 2_000_000, let frame = peer.next() {
        guard frame.kind == Frame.Kind.data else { continue }
        received += frame.payload.count
        peer.send(
          Frame(kind: Frame.Kind.windowUpdate, payload: word(UInt32(frame.payload.count))),
          Frame(kind: Frame.Kind.windowUpdate, stream: 1, payload: word(UInt32(frame.payload.count))))
      }
      #expect(received == 2_000_000)
    }
  }

  @Test func whatNobodyConsumesGetsNoMoreWindow() async throws {
    var limits = HTTPLimits()
    limits.streamWindow = 65_535
    limits.connectionWindow = 65_535
    try await withServer(limits) { _, peer in
      peer.send(requestHeaders(1, "/hold", method: "POST", end: false))
      for _ in 0..<3 { peer.send(Frame(kind: Frame.Kind.data, stream: 1, payload: [UInt8](repeating: 0, count: 16_384))) }
      // Reset: now the connection's window must come back, though nobody read the bytes.
      peer.send(Frame(kind: Frame.Kind.reset, stream: 1, payload: word(HTTPErrorCode.cancel)))
      let updates = peer.frames { $0.kind == Frame.Kind.windowUpdate }
      #expect(updates.last?.stream == 0)
      #expect(updates.last?.number(at: 0) == UInt32(3 * 16_384))
    }
  }

  @Test func aHeadThatIsTooLargeIsAnswered431() async throws {
    try await withServer { server, peer in
      peer.send(requestHeaders(1, "/hello", extra: (0..<110).map { ("x\($0)", "v") }))
      #expect(body(peer.frames(until: ends(1)), 1).contains("请求头过大"))
      peer.send(requestHeaders(3, "/hello", extra: [("x", String(repeating: "v", count: 16_200))]))
      #expect(body(peer.frames(until: ends(3)), 3).contains("请求头过大"))
      peer.send(requestHeaders(5, "/hello"))
      #expect(body(peer.frames(until: ends(5)), 5) == "hello")
      #expect(server.handler.log.first == "accept /hello")
    }
  }

  @Test func aStreamWhoseHandlerStillRunsKeepsItsSlot() async throws {
    var limits = HTTPLimits()
    limits.streamsMax = 3
    try await withServer(limits) { server, peer in
      for id: UInt32 in [1, 3, 5] {
        peer.send(requestHeaders(id, "/never", end: false))
        _ = await server.log { log in log.count(where: { $0 == "accept /never" }) == Int(id / 2 + 1) }
        peer.send(Frame(kind: Frame.Kind.reset, stream: id, payload: word(HTTPErrorCode.cancel)))
      }
      _ = await server.log { $0.count == 6 }
      peer.send(requestHeaders(7, "/hello"))
      let refused = peer.frames(until: ends(7)).last
      #expect(refused?.kind == Frame.Kind.reset)
      #expect(refused?.number(at: 0) == HTTPErrorCode.refusedStream)
    }
  }

  @Test func aStreamResetBeforeItWasSeenStartsNothing() async throws {
    try await withServer { server, peer in
      peer.send(requestHeaders(1, "/never"), Frame(kind: Frame.Kind.reset, stream: 1, payload: word(8)), requestHeaders(3, "/hello"))
      _ = peer.frames(until: ends(3))
      let log = await server.log { $0.contains("closed /hello finished") }
      #expect(!log.contains("accept /never"))
    }
  }

  @Test func cancellationReachesTheOwner() async throws {
    try await withServer { server, peer in
      peer.send(requestHeaders(1, "/never"))
      _ = await server.log { $0.contains("accept /never") }
      peer.send(Frame(kind: Frame.Kind.reset, stream: 1, payload: word(HTTPErrorCode.cancel)))
      let log = await server.log { $0.count == 2 }
      #expect(log.last == "closed /never reset(8)")
    }
  }

  @Test func aLostConnectionReachesTheOwner() async throws {
    let server = try TestServer()
    do {
      let peer = RawHTTP2(try RawClient(server.address))
      peer.send(requestHeaders(1, "/never"))
      _ = await server.log { $0.contains("accept /never") }
    }
    let log = await server.log { $0.count == 2 }
    #expect(log.last == "closed /never connectionLost")
    await server.stop()
  }

  @Test func aPeerThatTalksSomethingElseAfterThePrefaceIsToldGoAway() async throws {
    let server = try TestServer()
    let client = try RawClient(server.address)
    client.send(RawHTTP2.preface)
    let peer = RawHTTP2(client)
    #expect(peer.goAway()?.number(at: 4) == HTTPErrorCode.protocolError)
    await server.stop()
  }

  @Test func aHeadThatNeverEndsIsGivenUp() async throws {
    var limits = HTTPLimits()
    limits.headTimeout = .milliseconds(50)
    try await withServer(limits) { server, peer in
      peer.send(Frame(kind: Frame.Kind.headers, stream: 1, payload: requestFields("/hello")))
      #expect(peer.goAway() != nil)
      #expect(server.server.counters.snapshot.connectionsTimedOut == 1)
    }
  }

  @Test func aConnectionWithoutStreamsIsClosedInTime() async throws {
    var limits = HTTPLimits()
    limits.idleTimeout = .milliseconds(50)
    try await withServer(limits) { _, peer in
      let first = peer.goAway()
      #expect(first?.number(at: 0) == 0x7fff_ffff)
      peer.send(Frame(kind: Frame.Kind.ping, flags: Frame.ack, payload: [UInt8](repeating: 0, count: 8)))
      #expect(peer.goAway()?.number(at: 0) == 0)
    }
  }

  @Test func aStreamThatGetsNoWindowIsGivenUp() async throws {
    var limits = HTTPLimits()
    limits.streamStallTimeout = .milliseconds(60)
    try await withServer(limits) { server, peer in
      peer.send(requestHeaders(1, "/stream"))
      let last = peer.frames { $0.kind == Frame.Kind.reset }.last
      #expect(last?.number(at: 0) == HTTPErrorCode.cancel)
      let log = await server.log { $0.count == 2 }
      #expect(log.last == "closed /stream reset(8)")
    }
  }

  /// RFC 9113, 5.1.1: an error of the connection; what came before it has reached its handler.
  @Test func aStreamThatWasPassedOverCannotBeOpenedLater() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    peer.send(requestHeaders(5, "/hello"), requestHeaders(3, "/hello"))
    let frames = peer.frames { $0.kind == Frame.Kind.goAway }
    #expect(frames.last?.number(at: 0) == 5)
    #expect(frames.last?.number(at: 4) == HTTPErrorCode.protocolError)
    let log = await server.log { $0.contains("accept /hello") }
    #expect(log.filter { $0 == "accept /hello" }.count == 1)
    #expect(server.server.counters.snapshot.abuse.isEmpty)
    await server.stop()
  }

  /// The same, with every frame cut in pieces on its way.
  @Test func aStreamThatWasPassedOverIsSeenInPieces() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    for byte in requestHeaders(5, "/hello").bytes { peer.client.send([byte]) }
    #expect(peer.frames { $0.flags & Frame.endStream != 0 && $0.stream == 5 }.last?.stream == 5)
    for byte in requestHeaders(1, "/hello").bytes where !peer.client.send([byte]) { break }
    #expect(peer.goAway()?.number(at: 4) == HTTPErrorCode.protocolError)
    await server.stop()
  }

  /// A client may pass identifiers over, and give them a priority: only opening them is wrong.
  @Test func streamsMayBePassedOver() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    for id in stride(from: 7, to: 2000, by: 10) as StrideTo<UInt32> {
      peer.send(Frame(kind: Frame.Kind.priority, stream: id - 2, payload: word(0) + [1]), requestHeaders(id, "/hello"))
      #expect(peer.frames { $0.stream == id && $0.flags & Frame.endStream != 0 || $0.kind == Frame.Kind.goAway }.last?.stream == id)
    }
    await server.stop()
  }
}
