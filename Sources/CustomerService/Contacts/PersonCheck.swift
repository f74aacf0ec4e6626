/// Somebody who can tell people from programs: Cloudflare Turnstile, or nobody.
public protocol PersonCheck: Sendable {
  /// Looks into what the form's widget gave. It waits for seconds at most, and for want of an answer it says no.
  ///
  /// - Parameters:
  ///   - token: What the widget gave; not empty, good for one look.
  ///   - address: The caller's address, without port.
  func verdict(on token: String, from address: String) async -> PersonVerdict
}

/// What a `PersonCheck` found.
public enum PersonVerdict: Sendable, Equatable {
  case person
  /// Not a person, or nobody can say.
  case notShown
  /// Too many are being looked into; nothing was asked.
  case busy
}

/// Takes everybody for a person: for a server that has been given no secret of Turnstile's.
public struct NoPersonCheck: PersonCheck {
  public init() {}

  public func verdict(on token: String, from address: String) async -> PersonVerdict { .person }
}
