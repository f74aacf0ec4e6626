internal import Platform

/// A transaction on its way through the writer.
class WriteWork: WaitingWork, @unchecked Sendable {  // as WaitingWork: the caller's thread, then the writer's
  /// What to do once it is durable; of the last run alone.
  var afterCommitActions: [@Sendable () -> Void] = []
  /// What to do in front of the commit; of the last run alone.
  var beforeCommitActions: [@Sendable (Transaction) throws -> Void] = []
  /// How many bytes that writes; of the last run alone.
  var endBytes = 0

  /// Runs the closure and keeps its result.
  ///
  /// - Returns: Whether its changes are to stay.
  func run(_ transaction: Transaction) -> Bool { false }

  /// Puts an error in the result's place.
  func fail(_ error: any Error) {}

  /// Hands the result to the caller.
  func release() {}
}

final class TypedWriteWork<Value: Sendable>: WriteWork, @unchecked Sendable {  // as WriteWork
  private let body: @Sendable (Transaction) throws -> Value
  private let continuation: UnsafeContinuation<Result<Value, any Error>, Never>
  private var result: Result<Value, any Error> = .failure(StorageError.closed)

  init(
    deadline: MonotonicInstant, body: @escaping @Sendable (Transaction) throws -> Value,
    continuation: UnsafeContinuation<Result<Value, any Error>, Never>
  ) {
    self.body = body
    self.continuation = continuation
    super.init(deadline: deadline)
  }

  override func run(_ transaction: Transaction) -> Bool {
    result = Result { try body(transaction) }
    // A closure that swallowed an error of the database has failed all the same.
    if let failure = transaction.failure, case .success = result { result = .failure(failure) }
    transaction.end()
    guard case .success = result else {
      dropActions()
      return false
    }
    afterCommitActions = transaction.afterCommitActions
    beforeCommitActions = transaction.beforeCommitActions
    endBytes = transaction.endBytes
    return true
  }

  override func fail(_ error: any Error) {
    dropActions()
    result = .failure(error)
  }

  private func dropActions() {
    afterCommitActions = []
    beforeCommitActions = []
    endBytes = 0
  }

  override func release() { continuation.resume(returning: result) }

  override func leave(_ failure: WaitFailure) { continuation.resume(returning: .failure(StorageError(failure))) }
}

extension StorageError {
  init(_ failure: WaitFailure) {
    switch failure {
    case .overloaded: self = .overloaded(retryAfter: .seconds(1))
    case .deadline: self = .deadline
    case .cancelled: self = .cancelled
    case .closed: self = .closed
    }
  }
}
