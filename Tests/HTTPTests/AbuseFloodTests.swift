import Net
import Testing

@testable import HTTP

/// Each attack of trust.md's table that is cheap for the peer ends in GOAWAY(ENHANCE_YOUR_CALM), and the server goes on serving others.
@Suite(.blocking) struct AbuseFloodTests {
  /// - Parameter prepare: What the peer does before.
  private func flood(
    _ kind: AbuseKind?, prepare: (RawHTTP2) -> Void = { _ in }, _ frames: (_ round: UInt32) -> [Frame]
  ) async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    prepare(peer)
    for round in 0..<12_000 as Range<UInt32> where !peer.client.send(frames(round).flatMap(\.bytes)) { break }
    #expect(peer.goAway()?.number(at: 4) == HTTPErrorCode.enhanceYourCalm)
    #expect(server.server.counters.snapshot.abuse.values.reduce(0, +) == 1)
    if let kind { #expect(server.server.counters.snapshot.abuse[kind] == 1) }
    let other = try RawClient(server.address)
    other.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(other.receiveAll().hasSuffix("hello"))
    await server.stop()
  }

  @Test func rapidReset() async throws {
    // Which kind comes first depends on how many the slots still take: beyond them we refuse, which counts too.
    try await flood(nil) {
      [
        requestHeaders(2 * $0 + 1, "/never", end: false),
        Frame(kind: Frame.Kind.reset, stream: 2 * $0 + 1, payload: word(HTTPErrorCode.cancel)),
      ]
    }
  }

  @Test func madeYouResetByOverflowingAWindow() async throws {
    // A stream error (RFC 9113, 6.9.1): the server itself resets the stream whose handler it has started.
    try await flood(.selfReset) {
      [
        requestHeaders(2 * $0 + 1, "/never", end: false),
        Frame(kind: Frame.Kind.windowUpdate, stream: 2 * $0 + 1, payload: word(0x7fff_ffff)),
      ]
    }
  }

  @Test func madeYouResetByABodyLongerThanDeclared() async throws {
    try await flood(.selfReset) {
      [
        requestHeaders(2 * $0 + 1, "/hold", method: "POST", end: false, extra: [("content-length", "1")]),
        Frame(kind: Frame.Kind.data, stream: 2 * $0 + 1, payload: [1, 2, 3]),
      ]
    }
  }

  @Test func malformedHeads() async throws {
    try await flood(.selfReset) { [requestHeaders(2 * $0 + 1, "/hello", extra: [("UPPER", "case")])] }
  }

  @Test func ping() async throws {
    try await flood(.ping) { _ in [Frame(kind: Frame.Kind.ping, payload: [UInt8](repeating: 1, count: 8))] }
  }

  @Test func settings() async throws {
    try await flood(.settings) { _ in [Frame(kind: Frame.Kind.settings)] }
  }

  @Test func emptyData() async throws {
    try await flood(.emptyData) {
      ($0 == 0 ? [requestHeaders(1, "/hold", method: "POST", end: false)] : []) + [Frame(kind: Frame.Kind.data, stream: 1)]
    }
  }

  @Test func emptyDataWithPadding() async throws {
    try await flood(.emptyData) {
      ($0 == 0 ? [requestHeaders(1, "/hold", method: "POST", end: false)] : [])
        + [Frame(kind: Frame.Kind.data, flags: 8, stream: 1, payload: [3, 0, 0, 0])]
    }
  }

  @Test func priority() async throws {
    try await flood(.priority) { [Frame(kind: Frame.Kind.priority, stream: 2 * ($0 % 50) + 1, payload: word(0) + [1])] }
  }

  @Test func windowUpdate() async throws {
    try await flood(.windowUpdate) { _ in [Frame(kind: Frame.Kind.windowUpdate, payload: word(1))] }
  }

  @Test func continuation() async throws {
    try await flood(.continuation) {
      $0 == 0
        ? [Frame(kind: Frame.Kind.headers, stream: 1, payload: requestFields("/hello"))]
        : [Frame(kind: Frame.Kind.continuation, stream: 1, payload: hpack([("x", "y")]))]
    }
  }

  /// One request on stream 1, answered to its end.
  private func oneRequest(_ peer: RawHTTP2) {
    peer.send(requestHeaders(1, "/hello"))
    _ = peer.frames { $0.stream == 1 && $0.flags & Frame.endStream != 0 }
  }

  @Test func framesOfTypesThatNobodyKnows() async throws {
    try await flood(.unknown) { [Frame(kind: UInt8(10 + $0 % 246), stream: $0 % 8, payload: [1, 2, 3])] }
  }

  @Test func emptyDataOnAStreamThatHasEnded() async throws {
    try await flood(.emptyData, prepare: oneRequest) { _ in [Frame(kind: Frame.Kind.data, stream: 1)] }
  }

  @Test func headsOnAStreamThatHasEnded() async throws {
    try await flood(.pointless, prepare: oneRequest) { _ in [requestHeaders(1, "/hello")] }
  }

  @Test func resetsOfAStreamThatHasEnded() async throws {
    try await flood(.pointless, prepare: oneRequest) { _ in
      [Frame(kind: Frame.Kind.reset, stream: 1, payload: word(HTTPErrorCode.cancel))]
    }
  }

  @Test func answersToNoPing() async throws {
    try await flood(.pointless) { _ in [Frame(kind: Frame.Kind.ping, flags: Frame.ack, payload: [UInt8](repeating: 1, count: 8))] }
  }

  @Test func goAway() async throws {
    // A stream that stays, or the first would close the connection.
    let hold: (RawHTTP2) -> Void = { $0.send(requestHeaders(1, "/never", end: false)) }
    try await flood(.pointless, prepare: hold) { _ in
      [Frame(kind: Frame.Kind.goAway, payload: word(0) + word(0))]
    }
  }

  /// What a client may send on a stream that we ended, until it hears of that: the rest of a body, trailers, a reset. And PRIORITY_UPDATE.
  @Test func framesThatCrossWithAnEarlyAnswerAreNoAbuse() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    var done = 0
    // Sent with the next request: two small packets in a row would wait for each other.
    var late: [Frame] = []
    for round in 0..<3000 as Range<UInt32> {
      let id = 2 * round + 1
      let now = [
        requestHeaders(id, "/early", method: "POST", end: false), Frame(kind: 0x10, payload: word(id) + Array("u=1".utf8)),
      ]
      peer.client.send((late + now).flatMap(\.bytes))
      let frames = peer.frames { $0.stream == id && $0.kind == Frame.Kind.reset || $0.kind == Frame.Kind.goAway }
      guard frames.last?.stream == id else { break }
      late = [
        Frame(kind: Frame.Kind.data, stream: id, payload: [1, 2, 3]), Frame(kind: 0x10, payload: word(id) + Array("u=2".utf8)),
        Frame(kind: Frame.Kind.headers, flags: Frame.endHeaders | Frame.endStream, stream: id, payload: hpack([("x-sum", "6")])),
        Frame(kind: Frame.Kind.reset, stream: id, payload: word(HTTPErrorCode.cancel)),
      ]
      done += 1
    }
    #expect(done == 3000)
    oneRequestMore(peer, 6001)
    await server.stop()
  }

  private func oneRequestMore(_ peer: RawHTTP2, _ id: UInt32) {
    peer.send(requestHeaders(id, "/hello"))
    #expect(peer.frames { $0.stream == id && $0.flags & Frame.endStream != 0 || $0.kind == Frame.Kind.goAway }.last?.stream == id)
  }

  @Test func aPeerThatReadsNothingWhileItPingsIsStoppedToo() async throws {
    let server = try TestServer()
    let client = try RawClient(server.address)
    var limit = timevalOfMilliseconds(500)
    setTimeout(client.descriptor, &limit)
    let ping = Frame(kind: Frame.Kind.ping, payload: [UInt8](repeating: 1, count: 8)).bytes
    client.send(RawHTTP2.preface + Frame(kind: Frame.Kind.settings).bytes)
    client.send(Array(repeatElement(ping, count: 200_000).joined()))
    #expect(await server.becomes { $0.server.counters.snapshot.abuse[.ping] == 1 })
    await server.stop()
  }

  @Test func anOrdinaryBusyConnectionIsNoAbuse() async throws {
    let server = try TestServer()
    let peer = RawHTTP2(try RawClient(server.address))
    var done = 0
    for round in 0..<3000 as Range<UInt32> {
      let id = 2 * round + 1
      peer.send(
        requestHeaders(id, "/hello"), Frame(kind: Frame.Kind.ping, payload: [UInt8](repeating: 1, count: 8)),
        Frame(kind: Frame.Kind.windowUpdate, payload: word(5)))
      let frames = peer.frames { $0.stream == id && $0.flags & Frame.endStream != 0 || $0.kind == Frame.Kind.goAway }
      guard frames.last?.stream == id else { break }
      done += 1
    }
    #expect(done == 3000)
    await server.stop()
  }
}
