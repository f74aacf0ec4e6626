import ApplicationSupport
import Platform
import RPC

/// Compares texts on a thread of its own: that of two long ones takes a second.
final class VersionComparison: Sendable {
  private let pool = WorkerPool<Void>(options: .init(name: "compare", threads: 1, queueMax: 64, waitMax: .seconds(10), niceness: 5)) { _ in
  }

  func changes(from: String, to: String, for call: ServerCall) async throws -> LineChanges {
    do throws(WaitFailure) {
      return try await pool.run(deadline: call.latest) { _ in LineChanges(from: from, to: to) }
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
