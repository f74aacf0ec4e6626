/// An application that signs its users in through this provider, as it is stored.
struct OAuthClient: Equatable, Sendable {
  /// 24 lower-case hex digits; it is the `client_id` too.
  var id: String
  var name: String
  /// Keyed hash of the secret; nil for a public client, which cannot keep one (RFC 6749, section 2.1).
  var secretDigest: [UInt8]?
  var redirectURIs: [String]
  /// What it may ask for.
  var scopes: OAuthScope
  var grantTypes: [String]
  /// How its ID tokens are signed: RS256 or ES256.
  var idTokenAlgorithm: String
  var isActive: Bool
  /// Microseconds since 1970, UTC.
  var createdAt: Int64

  enum GrantType {
    static let authorizationCode = "authorization_code"
    static let refreshToken = "refresh_token"
    static let clientCredentials = "client_credentials"
    static let all = [authorizationCode, refreshToken, clientCredentials]
  }

  /// Whether it has no secret; then PKCE is required of it.
  var isPublic: Bool { secretDigest == nil }

  func may(_ grantType: String) -> Bool { grantTypes.contains(grantType) }

  /// Whether users may be sent to `uri`.
  func mayRedirect(to uri: String) -> Bool { RedirectURI.matches(uri, anyOf: redirectURIs) }

  /// What of a requested scope the client gets: names that it is not registered for are left out, as OpenID Connect asks for names that
  /// are not understood (Core 1.0, section 3.1.2.1), and the answer says what was granted (RFC 6749, section 3.3).
  ///
  /// - Parameter text: The parameter `scope`; nil or empty asks for everything that the client may have.
  /// - Returns: Nil for a malformed text, and where nothing is left of one that asked for something: `invalid_scope`.
  func scope(requested text: String?) -> OAuthScope? {
    guard let requested = OAuthScope(parsing: text ?? "") else { return nil }
    if requested.isEmpty { return scopes }
    let granted = requested.intersection(scopes)
    return granted.isEmpty ? nil : granted
  }

  /// What of a requested scope a token of the client's own gets: there is no user, so nothing that is about one.
  ///
  /// - Returns: Nil for `invalid_scope`, as above.
  func ownScope(requested text: String) -> OAuthScope? {
    let own = OAuthScope(scopes.names.filter { !OAuthScope.ofUsers.contains($0) })
    guard let requested = OAuthScope(parsing: text) else { return nil }
    if requested.isEmpty { return own }
    guard !requested.intersection(scopes).isEmpty else { return nil }
    return requested.intersection(own)
  }
}
