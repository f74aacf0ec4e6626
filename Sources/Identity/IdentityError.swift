internal import Platform

/// Why a password could not be hashed or checked.
public enum IdentityError: Error, Sendable, Equatable {
  /// Too many wait for a hash.
  case overloaded(retryAfter: Duration)
  /// The caller's deadline passed while waiting.
  case deadline
  /// The caller took its request back while it waited.
  case cancelled
  /// The hasher was closed.
  case closed
  /// A stored hash is not one that this program can check.
  case malformedHash
  /// Memory for a hash could not be had.
  case outOfMemory
  /// A signing secret is too short or its file unusable; the text says which.
  case secret(String)

  init(_ failure: WaitFailure) {
    switch failure {
    case .overloaded: self = .overloaded(retryAfter: .seconds(5))
    case .deadline: self = .deadline
    case .cancelled: self = .cancelled
    case .closed: self = .closed
    }
  }
}

extension IdentityError: CustomStringConvertible {
  /// For logs, and for whoever starts a server that cannot read its secrets.
  public var description: String {
    switch self {
    case .overloaded: "too many wait for a hash"
    case .deadline: "the deadline passed while waiting for a hash"
    case .cancelled: "the call was cancelled while waiting for a hash"
    case .closed: "the hasher was closed"
    case .malformedHash: "a stored hash is none that this program can check"
    case .outOfMemory: "no memory for a hash"
    case .secret(let what): what
    }
  }
}
