import ApplicationSupport
import Jobs
import RPC
import Storage

extension JobKind {
  static let generation: JobKind = "generation"
  static let export: JobKind = "export"
}

extension JobQueue {
  /// Asks for the job of a row, in the words of this application.
  ///
  /// - Throws: `CoWritingError.tooManyJobs`; the server is busy if others' jobs fill the queue.
  func add(_ kind: JobKind, of reference: Int64, owner: Int64, _ transaction: Transaction) throws {
    do {
      try enqueue(kind, reference: reference, owner: owner, transaction)
    } catch let error as JobQueueFull {
      switch error.share {
      case .owner: throw CoWritingError.tooManyJobs
      case .all: throw RPCError.serverBusy(retryAfter: .seconds(30))
      }
    }
  }
}
