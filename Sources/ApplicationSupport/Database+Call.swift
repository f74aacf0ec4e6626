package import Platform
package import RPC
package import Storage

/// Transactions on behalf of a call: they leave the queue at its deadline, and what the database cannot do is said in RPC's words.
extension Database {
  package func read<Value: Sendable>(for call: ServerCall, _ body: @escaping @Sendable (ReadTransaction) throws -> Value) async throws
    -> Value
  {
    do {
      return try await read(deadline: call.latest, hold: call.answerHold, body)
    } catch let error as StorageError {
      throw error.rpcError ?? error
    }
  }

  package func write<Value: Sendable>(for call: ServerCall, _ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value
  {
    do {
      return try await write(deadline: call.latest, body)
    } catch let error as StorageError {
      throw error.rpcError ?? error
    }
  }
}

extension ServerCall {
  /// The call's deadline on the clock of the worker pools; nil if it has none.
  package var latest: MonotonicInstant? { deadline?.time }
}

extension StorageError {
  /// What the caller may know of it; nil for what only the log should.
  package var rpcError: (any Error)? {
    switch self {
    case .overloaded(let retryAfter):
      RPCError.serverBusy(retryAfter: retryAfter)
    case .deadline: RPCError.waitTimedOut
    case .cancelled: CancellationError()
    // Answers under way leave no room for this one.
    case .noRoom: RPCError.serverBusy(retryAfter: .seconds(5))
    // Another process has held the lock for as long as this one waits.
    case .busy: RPCError.serverBusy(retryAfter: .seconds(1))
    case .full: RPCError.storageFull
    default: nil
    }
  }
}

extension RPCError {
  /// The call's deadline passed while it waited in a queue of the server.
  package static var waitTimedOut: RPCError { RPCError(.deadlineExceeded, "请求超时，请稍后再试") }

  /// A queue of the server itself is full: 503 with Retry-After over REST.
  package static func serverBusy(retryAfter: Duration) -> RPCError {
    RPCError(
      .resourceExhausted, "服务器繁忙，请稍后再试", reason: "SERVER_BUSY", domain: "weft", retryAfter: retryAfter)
  }

  /// The disk is full: 507 over REST.
  package static var storageFull: RPCError {
    var metadata = Metadata()
    metadata.add("weft-http-status", "507")
    return RPCError(.resourceExhausted, "存储空间不足，请稍后再试", reason: "STORAGE_FULL", domain: "weft", metadata: metadata)
  }
}
