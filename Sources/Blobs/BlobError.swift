internal import Platform

/// Why an object could not be kept, read or deleted. The texts are for logs; none holds a credential.
public enum BlobError: Error, Sendable, Equatable {
  /// There is no object of that key.
  case notFound
  /// There is one already, or one is being written; nothing is ever overwritten.
  case alreadyExists
  /// The disk or the quota is full.
  case noSpace
  /// Too many transfers wait; trying again later helps.
  case overloaded
  /// The store did not answer in time.
  case timeout
  /// The caller took its request back, or the writer or reader was cancelled.
  case cancelled
  /// The store was closed.
  case closed
  /// The store cannot be reached or is out of order for now.
  case unavailable(String)
  /// It went wrong and will go wrong again: an I/O error, a permission, a store that refuses.
  case failed(String)

  init(_ failure: WaitFailure) {
    switch failure {
    case .overloaded: self = .overloaded
    case .deadline: self = .timeout
    case .cancelled: self = .cancelled
    case .closed: self = .closed
    }
  }
}

extension BlobError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound: "no such object"
    case .alreadyExists: "an object of that key exists"
    case .noSpace: "no space is left"
    case .overloaded: "too many transfers wait"
    case .timeout: "timed out"
    case .cancelled: "cancelled"
    case .closed: "closed"
    case .unavailable(let reason), .failed(let reason): reason
    }
  }
}
