/// Why there is no text, or no more of it.
public struct GenerationError: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// The provider cannot be reached, or its certificate is not trusted.
    case unreachable
    /// It takes no more requests now (429).
    case busy
    /// It failed (5xx).
    case providerFailed
    /// It does not take the access key (401, 403).
    case keyRefused
    /// It refuses the request: an unknown model, a prompt that is too long (other 4xx).
    case requestRefused
    /// What answers is no such API: a redirect, a web page, garbage.
    case notUnderstood
    /// Nothing came in time, at the start or in the middle.
    case tooSlow
    /// The whole took too long.
    case timeLimit
    /// The answer broke off.
    case interrupted
    /// The answer is longer than allowed.
    case tooLong
    /// The answer has no text.
    case empty
    /// The provider holds the text back for what it says.
    case filtered
    /// The brief is longer than allowed.
    case promptTooLong
    /// The task was cancelled.
    case cancelled
  }

  public var kind: Kind
  /// For whoever asked for the text: what happened and what helps, in Chinese.
  public var reason: String
  /// For the log: what the provider said. Holds no key.
  public var detail: String
  /// Whether pieces had come.
  public var hasText: Bool
  /// Whether another try may succeed. Never after text has come: it would come twice.
  public var isRetriable: Bool
  /// How long the provider wants to be left alone.
  public var retryAfter: Duration?

  init(
    _ kind: Kind, _ reason: String, detail: String = "", hasText: Bool = false, isRetriable: Bool = false, retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.detail = detail
    self.hasText = hasText
    self.isRetriable = isRetriable && !hasText
    self.retryAfter = retryAfter
  }

  /// The same, once text has come.
  func withText(_ hasText: Bool) -> GenerationError {
    var error = self
    error.hasText = hasText
    if hasText {
      error.isRetriable = false
      error.retryAfter = nil
    }
    return error
  }
}

extension GenerationError: CustomStringConvertible {
  public var description: String { detail.isEmpty ? kind.rawValue : "\(kind.rawValue): \(detail)" }
}
