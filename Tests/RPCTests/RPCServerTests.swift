import HTTP
import Protobuf
import Testing

@testable import RPC

/// One request, one reply, over HTTP/2.
@Suite struct RPCServerTests {
  @Test func aUnaryCallIsAnswered() async throws {
    let server = try Loopback()
    #expect(try await server.echo.unary(note("你好", count: 3)) == note("你好", count: 3))
  }

  @Test func anEmptyMessageIsAMessage() async throws {
    let server = try Loopback()
    #expect(try await server.echo.unary(TestNotes.Note()) == TestNotes.Note())
  }

  @Test(arguments: [1000, 70_000, 300_000, 3_000_000]) func messagesOfEverySizeArriveWhole(bytes: Int) async throws {
    let server = try Loopback()
    #expect(try await server.echo.unary(note("", data: bytes)).data == [UInt8](repeating: 7, count: bytes))
  }

  @Test func manyCallsAtOnceAreAllAnswered() async throws {
    let server = try Loopback()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<200 {
        group.addTask { try await server.echo.unary(note("", count: Int32(index))).count == Int32(index) }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test func metadataTravelsBothWays() async throws {
    let server = try Loopback()
    var options = CallOptions()
    options.metadata.add("x-initial", "a")
    options.metadata.add("x-initial", "b")
    options.metadata.add("x-trailing-bin", binary: [0, 1, 255])
    let call = server.client.start(TestNotes.EchoMethods.unary, options)
    call.send(ClientCall.frame(note("hi")), last: true)
    _ = try await call.onlyReply()
    #expect(try await call.initialMetadata().texts("x-initial") == ["a", "b"])
    #expect(await call.trailingMetadata().binary("x-trailing-bin") == [0, 1, 255])
  }

  // MARK: Errors

  @Test func anErrorOfRPCTravelsWithItsDetails() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.echo.misbehave(note("rpc")) }
    #expect(error?.code == .aborted)
    #expect(error?.message == "工单正在修改")
    #expect(error?.reason == "BUSY" && error?.domain == "test")
    #expect(error?.retryAfter == .seconds(3))
  }

  @Test func anApplicationsErrorKnowsItsAnswer() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.echo.misbehave(note("own")) }
    #expect(error?.code == .notFound && error?.reason == "NOTE_LOST" && error?.message == "笔记不存在")
  }

  @Test func anyOtherErrorIsABareInternal() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.echo.misbehave(note("plain")) }
    #expect(error?.code == .internalError)
    #expect(error?.message == "服务器内部错误")
    #expect(error?.reason == nil)
  }

  @Test func aHandlersCancellationIsCancelled() async throws {
    let server = try Loopback()
    #expect(await rpcError { _ = try await server.echo.misbehave(note("cancel")) }?.code == .cancelled)
  }

  @Test func aBrokenRuleNamesTheField() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.echo.unary(note("elf Zeichen")) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.violations.map(\.path) == ["text"])
    #expect(error?.message.contains("text") == true)
  }

  // MARK: Who may call

  @Test func anOpenRPCNeedsNoToken() async throws {
    let server = try Loopback()
    #expect(try await server.book.look(note("")).text == "nobody")
  }

  @Test func aTokenSaysWhoCalls() async throws {
    let server = try Loopback()
    #expect(try await server.book.write(note(""), options: bearing("ann")).text == "ann")
  }

  @Test(arguments: [(nil, StatusCode.unauthenticated), ("bad", .unauthenticated), ("gone", .permissionDenied)])
  func aBadTokenIsRefused(token: String?, code: StatusCode) async throws {
    let server = try Loopback()
    let options = token.map { bearing($0) } ?? CallOptions()
    #expect(await rpcError { _ = try await server.book.write(note(""), options: options) }?.code == code)
  }

  @Test func aUserIsNoAdministrator() async throws {
    let server = try Loopback()
    #expect(await rpcError { _ = try await server.book.burn(note(""), options: bearing("ann")) }?.code == .permissionDenied)
    #expect(try await server.book.burn(note(""), options: bearing("root")).text.isEmpty == false)
  }

  /// interface.md, "Errors": size 413, token 401, disabled 403, role 403, body 422.
  @Test func theChecksKeepTheirOrder() async throws {
    let server = try Loopback()
    let tooLarge = note("elf Zeichen", data: 100)
    let invalid = note("elf Zeichen")
    #expect(await rpcError { _ = try await server.book.write(tooLarge) }?.code == .resourceExhausted)
    #expect(await rpcError { _ = try await server.book.write(invalid) }?.code == .unauthenticated)
    #expect(await rpcError { _ = try await server.book.burn(invalid, options: bearing("gone")) }?.reason == "ACCOUNT_DISABLED")
    #expect(await rpcError { _ = try await server.book.burn(invalid, options: bearing("ann")) }?.reason == "ADMINISTRATORS_ONLY")
    #expect(await rpcError { _ = try await server.book.write(invalid, options: bearing("ann")) }?.reason == "INVALID_NOTE")
  }

  @Test func aFloodIsToldWhenToComeBack() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.book.write(note(""), options: bearing("ann", ["x-flood": "1"])) }
    #expect(error?.code == .resourceExhausted && error?.retryAfter == .seconds(7))
  }

  // MARK: Size

  @Test func aRequestBeyondItsLimitNamesLimitAndSize() async throws {
    let server = try Loopback()
    let error = await rpcError { _ = try await server.echo.unary(note("", data: 5_000_000)) }
    #expect(error?.code == .resourceExhausted)
    #expect(error?.message.contains("4194304") == true && error?.message.contains("50000") == true)
  }

  @Test func aReplyBeyondTheClientsLimitIsRefused() async throws {
    let server = try Loopback()
    let options = CallOptions(replyBytesMax: 100)
    #expect(await rpcError { _ = try await server.echo.unary(note("", data: 200), options: options) }?.code == .resourceExhausted)
  }

  // MARK: Who asks

  @Test func onlyTheGatewaySpeaksForItsClient() async throws {
    let server = try Loopback(gatewaySecret: "secret")
    let claims: KeyValuePairs = ["weft-peer": "203.0.113.9", "x-request-id": "abc"]
    #expect(try await server.book.burn(note(""), options: bearing("root", claims)).text.hasPrefix("127.0.0.1 "))
    var trusted = bearing("root", claims)
    trusted.metadata.add("weft-gateway-secret", "secret")
    #expect(try await server.book.burn(note(""), options: trusted).text == "203.0.113.9 abc")
    var wrong = bearing("root", claims)
    wrong.metadata.add("weft-gateway-secret", "secreu")
    #expect(try await server.book.burn(note(""), options: wrong).text.hasPrefix("127.0.0.1 "))
  }

  // MARK: Interceptors and counters

  private struct Refusing: ServerInterceptor {
    func intercept(_ call: ServerCall, _ next: @Sendable (ServerCall) async throws -> Void) async throws {
      call.trailingMetadata.add("x-seen", call.method.schema.name)
      if call.metadata["x-refuse"] != nil { throw RPCError(.failedPrecondition, "refused") }
      try await next(call)
    }
  }

  @Test func anInterceptorStandsBeforeTheHandler() async throws {
    let server = try Loopback(interceptors: [Refusing()])
    #expect(try await server.echo.unary(note("x")) == note("x"))
    var options = CallOptions()
    options.metadata.add("x-refuse", "1")
    let error = await rpcError { _ = try await server.echo.unary(note("x"), options: options) }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.metadata["x-seen"] == "Unary")
  }

  @Test func callsAreCounted() async throws {
    let server = try Loopback()
    #expect(server.counters("Unary")?.started == 0)
    _ = try await server.echo.unary(note("x"))
    _ = await rpcError { _ = try await server.echo.unary(note("elf Zeichen")) }
    let counters = try #require(server.counters("Unary"))
    #expect(counters.started == 2)
    #expect(counters.handled[.ok] == 1 && counters.handled[.invalidArgument] == 1)
    #expect(counters.messagesReceived == 2 && counters.messagesSent == 1)
    #expect(counters.type == "unary" && counters.service == "test.notes.Echo")
  }
}
