import HTTP
import Net
import Protobuf
import Testing

@testable import RPC

/// In process and over the network: the same calls, the same answers.
@Suite struct RPCInvokerTests {
  enum Way: CaseIterable {
    case inProcess, overHTTP2

    func invoker(_ server: Loopback) -> any RPCInvoker {
      switch self {
      case .inProcess: InProcessInvoker(server.rpc)
      case .overHTTP2: HTTP2Invoker(server.client, gatewaySecret: "secret")
      }
    }
  }

  private static func context(_ server: Loopback, timeout: Duration? = nil) -> InvocationContext {
    InvocationContext(loop: server.loop, peer: "203.0.113.9", requestID: "req-1", timeout: timeout)
  }

  private static func token(_ token: String?) -> Metadata {
    var metadata = Metadata()
    if let token { metadata.add("authorization", "Bearer " + token) }
    return metadata
  }

  private func call(
    _ way: Way, _ method: MethodDescriptor, _ request: Result<[UInt8], RPCError>, token: String? = nil, timeout: Duration? = nil
  ) async throws -> Result<RPCReply, RPCError> {
    let server = try Loopback(gatewaySecret: "secret")
    return try await server.onLoop {
      do throws(RPCError) {
        return .success(
          try await way.invoker(server).unary(
            method, request: request, metadata: Self.token(token), context: Self.context(server, timeout: timeout)))
      } catch {
        return .failure(error)
      }
    }
  }

  @Test(arguments: Way.allCases) func aReplyBringsItsHTTPMatters(way: Way) async throws {
    let reply = try await call(way, TestNotes.BookMethods.write, .success(note("x").serializedBytes()), token: "ann").get()
    #expect(try TestNotes.Note(serializedBytes: reply.message).text == "ann")
    #expect(reply.metadata["weft-http-status"] == "202")
    #expect(reply.metadata["weft-http-header-location"] == "/notes/1")
  }

  @Test(arguments: Way.allCases) func theClientsAddressAndRequestIDArrive(way: Way) async throws {
    let reply = try await call(way, TestNotes.BookMethods.burn, .success([]), token: "root").get()
    #expect(try TestNotes.Note(serializedBytes: reply.message).text == "203.0.113.9 req-1")
  }

  @Test(arguments: Way.allCases) func whatIsNoRequestIsAnsweredAfterTokenAndRole(way: Way) async throws {
    let malformed = RPCError(.invalidArgument, "请求体不是有效的 JSON", reason: "MALFORMED_JSON", domain: "test")
    func answer(_ method: MethodDescriptor, _ token: String?) async throws -> RPCError? {
      if case .failure(let error) = try await call(way, method, .failure(malformed), token: token) { return error }
      return nil
    }
    #expect(try await answer(TestNotes.BookMethods.write, nil)?.code == .unauthenticated)
    #expect(try await answer(TestNotes.BookMethods.write, "gone")?.reason == "ACCOUNT_DISABLED")
    #expect(try await answer(TestNotes.BookMethods.burn, "ann")?.reason == "ADMINISTRATORS_ONLY")
    let answered = try await answer(TestNotes.BookMethods.write, "ann")
    #expect(answered?.reason == "MALFORMED_JSON" && answered?.message == malformed.message && answered?.domain == "test")
  }

  @Test(arguments: Way.allCases) func brokenRulesAreTheApplicationsAnswer(way: Way) async throws {
    let answer = try await call(way, TestNotes.BookMethods.write, .success(note("elf Zeichen").serializedBytes()), token: "ann")
    #expect(throws: RPCError.self) { try answer.get() }
    if case .failure(let error) = answer { #expect(error.reason == "INVALID_NOTE" && error.violations.map(\.path) == ["text"]) }
  }

  @Test(arguments: Way.allCases) func aRequestBeyondItsLimitIsRefused(way: Way) async throws {
    let answer = try await call(way, TestNotes.BookMethods.write, .success(note("", data: 100).serializedBytes()), token: nil)
    if case .failure(let error) = answer { #expect(error.code == .resourceExhausted) } else { Issue.record("it was taken") }
  }

  @Test(arguments: Way.allCases) func aTimeoutEndsTheCall(way: Way) async throws {
    let answer = try await call(
      way, TestNotes.EchoMethods.misbehave, .success(note("wait").serializedBytes()), timeout: .milliseconds(20))
    if case .failure(let error) = answer { #expect(error.code == .deadlineExceeded) } else { Issue.record("it was answered") }
  }

  @Test(arguments: Way.allCases) func repliesStream(way: Way) async throws {
    let server = try Loopback()
    let counts = try await server.onLoop {
      let replies = try await way.invoker(server).serverStreaming(
        TestNotes.EchoMethods.expand, request: .success(note("", count: 100, data: 10_000).serializedBytes()), metadata: Metadata(),
        context: Self.context(server))
      var counts: [Int32] = []
      while let reply = try await replies.next() { counts.append(try TestNotes.Note(serializedBytes: reply).count) }
      return counts
    }
    #expect(counts == Array(0..<100))
  }

  @Test(arguments: Way.allCases) func aStreamEndsWithItsStatus(way: Way) async throws {
    let server = try Loopback()
    let error = await rpcError {
      _ = try await server.onLoop {
        let replies = try await way.invoker(server).serverStreaming(
          TestNotes.BookMethods.follow, request: .success([]), metadata: Metadata(), context: Self.context(server))
        return try await replies.next()
      }
    }
    #expect(error?.code == .unauthenticated)
  }

  @Test func cancellingTheCallerCancelsTheCallInProcess() async throws {
    let server = try Loopback()
    let task = Task {
      try await server.onLoop {
        try await InProcessInvoker(server.rpc).unary(
          TestNotes.EchoMethods.misbehave, request: .success(note("wait").serializedBytes()), metadata: Metadata(),
          context: Self.context(server))
      }
    }
    while server.counters("Misbehave")?.messagesReceived == 0 { await Task.yield() }
    task.cancel()
    #expect(await rpcError { _ = try await task.value }?.code == .cancelled)
  }
}
