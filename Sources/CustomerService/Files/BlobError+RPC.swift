import ApplicationSupport
import Blobs
import RPC
import Storage

extension BlobError {
  /// What the caller may know of it; nil for what only the log should.
  var answer: (any Error)? {
    switch self {
    case .noSpace: RPCError.storageFull
    case .overloaded: CustomerServiceError.uploadsFull
    case .timeout, .unavailable, .closed: CustomerServiceError.storageUnavailable
    case .cancelled: CancellationError()
    case .notFound, .alreadyExists, .failed: nil
    }
  }
}

/// Runs what uses the blob store and the database, and says what they cannot do in the words of this application.
func answering<Value>(_ body: () async throws -> Value) async throws -> Value {
  do {
    return try await body()
  } catch let error as BlobError {
    throw error.answer ?? error
  } catch let error as StorageError {
    throw error.rpcError ?? error
  }
}
