import Platform
import RPC
import Storage

/// Transactions on behalf of a call: they leave the queue at its deadline, and what the database cannot do is said in RPC's words.
extension Database {
  func read<Value: Sendable>(for call: ServerCall, _ body: @escaping @Sendable (ReadTransaction) throws -> Value) async throws -> Value {
    do {
      return try await read(deadline: call.latest, hold: call.answerHold, body)
    } catch let error as StorageError {
      throw error.rpcError ?? error
    }
  }

  func write<Value: Sendable>(for call: ServerCall, _ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
    do {
      return try await write(deadline: call.latest, body)
    } catch let error as StorageError {
      throw error.rpcError ?? error
    }
  }
}

extension ServerCall {
  /// The call's deadline on the clock of the worker pools; nil if it has none.
  var latest: MonotonicInstant? { deadline?.time }
}

extension StorageError {
  /// What the caller may know of it; nil for what only the log should.
  var rpcError: (any Error)? {
    switch self {
    case .overloaded(let retryAfter):
      RPCError.serverBusy(retryAfter: retryAfter)
    case .deadline: RPCError.waitTimedOut
    case .cancelled: CancellationError()
    // Answers under way leave no room for this one.
    case .noRoom: RPCError.serverBusy(retryAfter: .seconds(5))
    // Another process has held the lock for as long as this one waits.
    case .busy: RPCError.serverBusy(retryAfter: .seconds(1))
    case .full: CustomerServiceError.storageFull
    default: nil
    }
  }
}

extension RPCError {
  /// The call's deadline passed while it waited in a queue of the server.
  static var waitTimedOut: RPCError { RPCError(.deadlineExceeded, "请求超时，请稍后再试") }

  /// A queue of the server itself is full: 503 with Retry-After over REST.
  static func serverBusy(retryAfter: Duration) -> RPCError {
    RPCError(
      .resourceExhausted, "服务器繁忙，请稍后再试", reason: "SERVER_BUSY", domain: CustomerServiceError.domain, retryAfter: retryAfter)
  }
}
