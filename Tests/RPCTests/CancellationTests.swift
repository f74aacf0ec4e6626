import HTTP
import Protobuf
import Testing

@testable import RPC

/// Deadlines and cancellation reach the handler, and the caller hears of them.
@Suite struct CancellationTests {
  /// Tells a test when a handler has begun and how it ended.
  private struct Watching: ServerInterceptor {
    let began = Signal()
    let ended = Signal()

    func intercept(_ call: ServerCall, _ next: @Sendable (ServerCall) async throws -> Void) async throws {
      began.raise()
      do {
        try await next(call)
      } catch {
        if call.isCancelled, Task.isCancelled, error is CancellationError { ended.raise() }
        throw error
      }
    }
  }

  @Test func aDeadlineEndsTheCallAndCancelsTheHandler() async throws {
    let watching = Watching()
    let server = try Loopback(interceptors: [watching])
    // Connected first, so that the deadline falls into the handler and not into connecting.
    _ = try await server.echo.unary(note("x"))
    let error = await rpcError { _ = try await server.echo.misbehave(note("wait"), options: CallOptions(timeout: .milliseconds(50))) }
    #expect(error?.code == .deadlineExceeded)
    await watching.ended.wait()
  }

  /// The server keeps the deadline by itself, whether or not the client does.
  @Test func theServersClockCounts() async throws {
    let server = try Loopback()
    var call = RawCall(path: "/test.notes.Echo/Misbehave", body: [RawCall.frame(note("wait"))])
    call.headers.append("grpc-timeout", "20m")
    #expect(try await call.answer(from: server).error?.code == .deadlineExceeded)
  }

  @Test func aDeadlineThatHasPassedNeverReachesTheHandler() async throws {
    let server = try Loopback()
    var call = RawCall(body: [RawCall.frame(note("x"))])
    call.headers.append("grpc-timeout", "0n")
    #expect(try await call.answer(from: server).error?.code == .deadlineExceeded)
    #expect(server.counters("Unary")?.messagesReceived == 0)
  }

  @Test func cancellingTheTaskCancelsTheHandler() async throws {
    let watching = Watching()
    let server = try Loopback(interceptors: [watching])
    let task = Task { try await server.echo.misbehave(note("wait")) }
    await watching.began.wait()
    task.cancel()
    #expect(await rpcError { _ = try await task.value }?.code == .cancelled)
    await watching.ended.wait()
  }

  @Test func cancellingAStreamCancelsTheHandler() async throws {
    let watching = Watching()
    let server = try Loopback(interceptors: [watching])
    let call = try await server.echo.update()
    try await call.write(note("x"))
    _ = try await call.next()
    call.cancel()
    #expect(await rpcError { _ = try await call.next() }?.code == .cancelled)
    await watching.ended.wait()
  }

  @Test func droppingAStreamCancelsTheHandler() async throws {
    let watching = Watching()
    let server = try Loopback(interceptors: [watching])
    do {
      let call = try await server.echo.expand(note("", count: 1000, data: 50_000))
      _ = try await call.next()
    }
    await watching.ended.wait()
  }

  @Test func aLostConnectionCancelsTheHandler() async throws {
    let watching = Watching()
    let server = try Loopback(interceptors: [watching])
    let call = try await server.echo.update()
    try await call.write(note("x"))
    _ = try await call.next()
    server.client.close()
    await watching.ended.wait()
  }

  @Test func drainingEndsEndlessStreamsAtOnce() async throws {
    let server = try Loopback()
    let health = GRPCHealthV1.HealthClient(server.client)
    let call = try await health.watch(.with { $0.service = "test.notes.Echo" })
    #expect(try await call.next()?.status == .serving)
    server.rpc.beginDrain()
    #expect(try await call.next()?.status == .notServing)
    #expect(await rpcError { _ = try await call.next() }?.code == .unavailable)
    let late = try await health.watch(.init())
    _ = try await late.next()
    #expect(await rpcError { _ = try await late.next() }?.code == .unavailable)
  }
}
