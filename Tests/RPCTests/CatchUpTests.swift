import Net
import Protobuf
import Synchronization
import Testing

@testable import RPC

/// A policy that has to learn something before it may judge a call.
@Suite struct CatchUpTests {
  /// Knows "ann" until it learns that her token was ended.
  final class LatePolicy: ApplicationPolicy {
    private struct State {
      var isCurrent = true
      var isEnded = false
      var failure: RPCError?
      var asked = 0
    }

    private let state = Mutex(State())
    /// Raised when somebody waits; what they wait for is `mayLearn`.
    let isAsked = Signal()
    let mayLearn = Signal()

    let application: String
    var isCurrent: Bool { state.withLock { $0.isCurrent } }
    var asked: Int { state.withLock { $0.asked } }

    /// - Parameter application: "test" is `Book`'s, and `Echo` belongs to none.
    init(application: String = "test") { self.application = application }

    func fallBehind(failure: RPCError? = nil) {
      state.withLock { state in
        state.isCurrent = false
        state.failure = failure
      }
    }

    func catchUp(deadline: Deadline?) async throws(RPCError) {
      state.withLock { $0.asked += 1 }
      isAsked.raise()
      await mayLearn.wait()
      let failure = state.withLock { state in
        if state.failure == nil {
          state.isCurrent = true
          state.isEnded = true
        }
        return state.failure
      }
      if let failure { throw failure }
    }

    func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
      if state.withLock({ $0.isEnded }) { throw RPCError(.unauthenticated, "无效的认证凭据") }
      return try NotePolicy().authenticate(bearerToken: bearerToken)
    }

    func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {}
    func admit(_ call: ServerCall) throws(RPCError) {}
    func invalidArgument(_ violations: [FieldViolation]) -> RPCError { NotePolicy().invalidArgument(violations) }
  }

  @Test func whoIsCurrentIsNotAsked() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    #expect(try await server.book.write(note("x"), options: bearing("ann")).text == "ann")
    #expect(policy.asked == 0)
  }

  @Test func aCallIsJudgedByWhatWasLearned() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    policy.mayLearn.raise()
    policy.fallBehind()
    #expect(await rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) }?.code == .unauthenticated)
    #expect(policy.asked == 1)
    // Current again: the next one is refused without being asked.
    #expect(await rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) }?.code == .unauthenticated)
    #expect(policy.asked == 1)
  }

  @Test func theLoopServesOthersMeanwhileAndEachCallWaitsForItself() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    policy.fallBehind()
    async let first = rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) }
    async let second = rpcError { _ = try await server.book.write(note("y"), options: bearing("ann")) }
    await policy.isAsked.wait()
    // A service of no application is not judged; it answers on the same loop.
    #expect(try await GRPCHealthV1.HealthClient(server.client).check(.init()).status == .serving)
    policy.mayLearn.raise()
    #expect(await first?.code == .unauthenticated)
    #expect(await second?.code == .unauthenticated)
  }

  @Test func whatCannotBeLearnedRefusesTheCall() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    policy.mayLearn.raise()
    policy.fallBehind(failure: RPCError(.unavailable, "服务暂时不可用"))
    for _ in 0..<2 {
      #expect(await rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) }?.code == .unavailable)
    }
  }

  @Test func aStreamOfRequestsWaitsAndLosesNone() async throws {
    let policy = LatePolicy(application: "")
    let server = try Loopback(policies: [NotePolicy(), policy])
    policy.fallBehind()
    let stream = try await server.echo.update()
    try await stream.write(note("before"))
    await policy.isAsked.wait()
    policy.mayLearn.raise()
    // Open to anybody, so it goes on once the policy knows everything.
    #expect(try await stream.next()?.text == "before")
    stream.finishWriting()
    #expect(try await stream.next() == nil)
  }

  @Test func aStreamOfRequestsIsRefusedToo() async throws {
    let policy = LatePolicy(application: "")
    let server = try Loopback(policies: [NotePolicy(), policy])
    policy.mayLearn.raise()
    policy.fallBehind(failure: RPCError(.unavailable, "服务暂时不可用"))
    let stream = try await server.echo.update()
    // Refused before or after the first request has left: whichever asks first is told.
    let refusal = await rpcError {
      try await stream.write(note("before"))
      _ = try await stream.next()
    }
    #expect(refusal?.code == .unavailable)
  }

  @Test func callsInTheProcessWaitToo() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    policy.mayLearn.raise()
    policy.fallBehind()
    let answer = try await server.onLoop {
      var metadata = Metadata()
      metadata.add("authorization", "Bearer ann")
      return await rpcError {
        _ = try await InProcessInvoker(server.rpc).unary(
          TestNotes.BookMethods.write, request: .success([]), metadata: metadata,
          context: InvocationContext(loop: server.loop, peer: "", requestID: "r", timeout: nil))
      }
    }
    #expect(answer?.code == .unauthenticated)
  }

  @Test func aCallThatEndsWhileItWaitsIsNotJudged() async throws {
    let policy = LatePolicy()
    let server = try Loopback(policies: [policy])
    policy.fallBehind()
    let waiting = Task { await rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) } }
    await policy.isAsked.wait()
    waiting.cancel()
    #expect(await waiting.value?.code == .cancelled)
    policy.mayLearn.raise()
    #expect(await rpcError { _ = try await server.book.write(note("x"), options: bearing("ann")) }?.code == .unauthenticated)
    #expect(server.counters("Write")?.handled[.cancelled] == 1)
  }
}
