import ApplicationSupport
import Platform
import RPC

/// Compares texts, and finds places in them, on a thread of its own: with long ones that takes seconds.
final class VersionComparison: Sendable {
  private let pool = WorkerPool<Void>(options: .init(name: "compare", threads: 1, queueMax: 64, waitMax: .seconds(10), niceness: 5)) { _ in
  }

  func changes(from: String, to: String, for call: ServerCall) async throws -> LineChanges {
    try await run(for: call) { LineChanges(from: from, to: to) }
  }

  /// Does other work of the kind.
  func run<Value: Sendable>(for call: ServerCall, _ body: @escaping @Sendable () -> Value) async throws -> Value {
    do throws(WaitFailure) {
      return try await pool.run(deadline: call.latest) { _ in body() }
    } catch {
      switch error {
      case .overloaded: throw RPCError.serverBusy(retryAfter: .seconds(1))
      case .deadline: throw RPCError.waitTimedOut
      case .cancelled, .closed: throw CancellationError()
      }
    }
  }

  func stop() async { await pool.close() }
}
