import HTTP
import Protobuf
import Testing

@testable import RPC

/// Streams in both directions over HTTP/2.
@Suite struct StreamingTests {
  @Test func manyRequestsGetOneReply() async throws {
    let server = try Loopback()
    let call = try await server.echo.collect()
    for index in 0..<100 { try await call.write(note("n\(index)")) }
    #expect(try await call.finish() == note("n99", count: 100))
  }

  @Test func noRequestAtAllIsAStreamToo() async throws {
    let server = try Loopback()
    #expect(try await server.echo.collect().finish() == TestNotes.Note())
  }

  @Test func oneRequestGetsManyReplies() async throws {
    let server = try Loopback()
    var counts: [Int32] = []
    for try await reply in try await server.echo.expand(note("x", count: 500)) { counts.append(reply.count) }
    #expect(counts == Array(0..<500))
  }

  @Test func noReplyAtAllIsAStreamToo() async throws {
    let server = try Loopback()
    #expect(try await server.echo.expand(note("x")).next() == nil)
  }

  @Test func requestsAndRepliesTakeTurns() async throws {
    let server = try Loopback()
    let call = try await server.echo.update()
    for index in 0..<50 {
      try await call.write(note("", count: Int32(index)))
      #expect(try await call.next()?.count == Int32(index))
    }
    call.finishWriting()
    #expect(try await call.next() == nil)
  }

  @Test func aSlowReaderHoldsTheHandlerBackAndLosesNothing() async throws {
    let server = try Loopback()
    let call = try await server.echo.expand(note("", count: 200, data: 50_000))
    #expect(try await call.next()?.count == 0)
    // 10 MB are to come, far beyond windows and queues: the handler cannot have written them all.
    let sent = try #require(server.counters("Expand")?.messagesSent)
    #expect(sent < 200)
    var count = 1
    while let reply = try await call.next() {
      #expect(reply.count == count && reply.data.count == 50_000)
      count += 1
    }
    #expect(count == 200)
  }

  @Test func aSlowHandlerHoldsTheWriterBack() async throws {
    let server = try Loopback()
    let call = try await server.echo.update()
    // Nobody reads the replies, so the handler stops reading the requests once queues and windows are full.
    async let writing: Void = {
      for _ in 0..<200 { try await call.write(note("", data: 50_000)) }
      call.finishWriting()
    }()
    var count = 0
    while try await call.next() != nil { count += 1 }
    try await writing
    #expect(count == 200)
  }

  @Test func aBrokenRuleEndsAStream() async throws {
    let server = try Loopback()
    let call = try await server.echo.update()
    try await call.write(note("good"))
    #expect(try await call.next()?.text == "good")
    try await call.write(note("elf Zeichen"))
    let error = await rpcError { _ = try await call.next() }
    #expect(error?.code == .invalidArgument && error?.violations.map(\.path) == ["text"])
  }

  @Test func messagesOfAStreamHaveTheLimitEach() async throws {
    let server = try Loopback()
    let call = try await server.echo.collect()
    for _ in 0..<3 { try await call.write(note("", data: 3_000_000)) }
    #expect(try await call.finish().count == 3)
    let another = try await server.echo.collect()
    let error = await rpcError {
      try await another.write(note("", data: 5_000_000))
      _ = try await another.finish()
    }
    #expect(error?.code == .resourceExhausted)
  }

  @Test func aStreamNeedsItsTokenBeforeItsFirstMessage() async throws {
    let server = try Loopback()
    let call = try await server.book.follow(note("", count: 3))
    #expect(await rpcError { _ = try await call.next() }?.code == .unauthenticated)
  }

  /// An optimised handler may leave its place between looking for a request and lying down to wait for one.
  private struct Dawdling: ServerInterceptor {
    let passed = Signal()

    func intercept(_ call: ServerCall, _ next: @Sendable (ServerCall) async throws -> Void) async throws {
      guard case .wait = try call.takeMessage({ _ in }) else { return }
      call.messageArrived()
      await call.waitForMessage()
      guard case .wait = try call.takeMessage({ _ in }) else { return }
      await call.waitForRoom()
      passed.raise()
      try await next(call)
    }
  }

  @Test(.timeLimit(.minutes(1))) func whatComesBeforeAHandlerWaitsIsNotLost() async throws {
    let dawdling = Dawdling()
    let server = try Loopback(interceptors: [dawdling])
    let call = try await server.echo.collect()
    await dawdling.passed.wait()
    try await call.write(note("x"))
    #expect(try await call.finish() == note("x", count: 1))
  }
}
