package import Blobs
import RPC
import Storage

extension BlobError {
  /// What the caller may know of it; nil for what only the log should.
  package var answer: (any Error)? {
    switch self {
    case .noSpace: RPCError.storageFull
    case .overloaded: RPCError.serverBusy(retryAfter: .seconds(5))
    case .timeout, .unavailable, .closed:
      RPCError(.unavailable, "文件存储暂时不可用，请稍后再试", reason: "STORAGE_UNAVAILABLE", domain: "weft")
    case .cancelled: CancellationError()
    case .notFound, .alreadyExists, .failed: nil
    }
  }
}

/// Runs what uses the blob store and the database, and says what they cannot do in the words of RPC.
package func answering<Value>(_ body: () async throws -> Value) async throws -> Value {
  do {
    return try await body()
  } catch let error as BlobError {
    throw error.answer ?? error
  } catch let error as StorageError {
    throw error.rpcError ?? error
  }
}
