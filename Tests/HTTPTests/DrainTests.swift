import Net
import Testing

@testable import HTTP

@Suite(.blocking) struct DrainTests {
  @Test func anIdleServerDrainsAndRefusesNewConnections() async throws {
    let server = try TestServer()
    await server.server.drain(timeout: .seconds(5))
    #expect(throws: NetError.self) { try RawClient(server.address) }
    server.group.shutdown()
  }

  @Test func http2GetsANoticeThenAPingThenTheGoAwayThatCounts() async throws {
    var limits = HTTPLimits()
    limits.goAwayTimeout = .seconds(60)
    let server = try TestServer(limits: limits)
    let peer = RawHTTP2(try RawClient(server.address))
    peer.send(requestHeaders(1, "/hello"))
    _ = peer.frames { $0.stream == 1 && $0.flags & Frame.endStream != 0 }
    async let drained: Void = server.server.drain(timeout: .seconds(60))
    let notice = peer.goAway()
    #expect(notice?.number(at: 0) == 0x7fff_ffff)
    let ping = try #require(peer.frames { $0.kind == Frame.Kind.ping }.last)
    // A request that was on its way is still answered.
    peer.send(requestHeaders(3, "/hello"), Frame(kind: Frame.Kind.ping, flags: Frame.ack, payload: ping.payload))
    let rest = peer.frames { _ in false }
    #expect(rest.contains { $0.kind == Frame.Kind.goAway && $0.number(at: 0) == 3 && $0.number(at: 4) == 0 })
    #expect(rest.contains { $0.kind == Frame.Kind.data && $0.stream == 3 })
    peer.client.finishSending()
    await drained
    #expect(server.server.counters.snapshot.connectionsOpen == 0)
    server.group.shutdown()
  }

  @Test func aPeerThatDoesNotAnswerThePingGetsTheGoAwayAllTheSame() async throws {
    var limits = HTTPLimits()
    limits.goAwayTimeout = .milliseconds(20)
    limits.lingerTimeout = .milliseconds(20)
    let server = try TestServer(limits: limits)
    let peer = RawHTTP2(try RawClient(server.address))
    _ = peer.frames { $0.kind == Frame.Kind.settings && $0.flags & Frame.ack != 0 }
    await server.server.drain(timeout: .seconds(60))
    #expect(peer.goAway()?.number(at: 0) == 0x7fff_ffff)
    #expect(peer.goAway()?.number(at: 0) == 0)
    server.group.shutdown()
  }

  @Test func aRequestUnderWayOnHTTP1IsAnsweredWithConnectionClose() async throws {
    let server = try TestServer()
    let client = try RawClient(server.address)
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
    _ = await server.log { $0.contains("accept /echo") }
    let idle = try RawClient(server.address)
    async let drained: Void = server.server.drain(timeout: .seconds(60))
    // The idle connection ends when the drain has begun.
    #expect(idle.receive().isEmpty)
    client.send("abc")
    let answer = client.receiveAll()
    #expect(answer.contains("\r\nconnection: close\r\n"))
    #expect(answer.hasSuffix("abc"))
    client.finishSending()
    await drained
    server.group.shutdown()
  }

  @Test func whatDoesNotFinishIsCutOffAtTheDeadline() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    peer.send(requestHeaders(1, "/never"))
    _ = await server.log { $0.contains("accept /never") }
    await server.server.drain(timeout: .milliseconds(50))
    let log = await server.log { $0.count == 2 }
    #expect(log.last == "closed /never connectionLost")
    server.group.shutdown()
  }
}
