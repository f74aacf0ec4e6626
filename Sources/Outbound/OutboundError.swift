/// Why a call to somebody else's server has no answer. The texts are for logs; none holds a credential.
public enum OutboundError: Error, Sendable, Equatable {
  /// It could not be asked for: a URL, header or address that does not bear sending.
  case unusable(String)
  /// Too many calls wait.
  case overloaded
  /// The client was closed.
  case closed
  /// The caller's task was cancelled.
  case cancelled
  /// The total time was up; what was sent may have been taken.
  case timeout
  /// The host's address is one that may not be called.
  case addressRefused(String)
  /// No connection came about: no such host, nobody listening.
  case unreachable(String)
  /// TLS failed: a certificate that is not trusted, or no TLS where it is a must.
  case insecure(String)
  /// The connection broke, or what came is not the protocol; what was sent may have been taken.
  case interrupted(String)
  /// The answer was longer than allowed.
  case responseTooLarge
  /// The mail server does not take the message now; a later try may succeed. `code` is 0 where it said none.
  case mailDeferred(code: Int, reply: String)
  /// The mail server never takes this message (5xx to the recipient or the message).
  case mailRefused(code: Int, reply: String)
}

extension OutboundError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unusable(let reason): "unusable: \(reason)"
    case .overloaded: "too many calls wait"
    case .closed: "closed"
    case .cancelled: "cancelled"
    case .timeout: "timed out"
    case .addressRefused(let address): "\(address) may not be called"
    case .unreachable(let reason): "unreachable: \(reason)"
    case .insecure(let reason): "TLS failed: \(reason)"
    case .interrupted(let reason): "interrupted: \(reason)"
    case .responseTooLarge: "the answer is too large"
    case .mailDeferred(let code, let reply): "the mail server said \(code) (for now): \(reply)"
    case .mailRefused(let code, let reply): "the mail server said \(code) (for good): \(reply)"
    }
  }
}
