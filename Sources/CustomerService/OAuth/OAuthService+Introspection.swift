import CustomerServiceAPI
import RPC
import Storage

/// What a resource server asks about the tokens it is shown (RFC 7662).
extension OAuthService {
  /// POST /oauth/introspect
  func introspectToken(_ request: CSAv1.IntrospectTokenRequest, _ call: ServerCall) async throws -> CSAv1.IntrospectTokenResponse {
    let asker = try await asker(request, call)
    guard !request.token.isEmpty else { throw OAuthError.invalidRequest(.tokenMissing) }
    let now = time.wallMicroseconds
    let live = try await database.read(for: call) { [secrets] transaction in
      try OAuthTokenStore.live(digest: secrets.digest(request.token, .access), now: now, transaction)
        ?? OAuthTokenStore.live(digest: secrets.digest(request.token, .refresh), now: now, transaction)
    }
    keepNowhere(call)
    // Of what the asker may not see nothing is said either (section 2.2).
    guard let live, asker.maySee(live) else { return CSAv1.IntrospectTokenResponse() }
    return CSAv1.IntrospectTokenResponse(live, issuer: publicURL.value)
  }

  /// Who asks: a client with its secret, or the bearer of an OAuth access token.
  private func asker(_ request: CSAv1.IntrospectTokenRequest, _ call: ServerCall) async throws -> IntrospectionAsker {
    guard let token = call.bearerToken else {
      let client = try await client(request.clientID, request.clientSecret, call)
      // Whoever knows the id of a public client could ask in its name (section 2.1).
      guard !client.isPublic else { throw OAuthError.invalidClient }
      return IntrospectionAsker(clientID: client.id, seesOthers: true)
    }
    let now = time.wallMicroseconds
    let live = try await database.read(for: call) { [secrets] transaction in
      try OAuthTokenStore.live(digest: secrets.digest(token, .access), now: now, transaction)
    }
    guard let live else { throw BearerError.invalidToken }
    // A token of the client's own is as good as its secret; one that stands for a user shows its own client's tokens only.
    return IntrospectionAsker(clientID: live.token.clientID, seesOthers: live.userID == nil)
  }
}

/// Who asks about tokens, and about which: refresh tokens are for nobody but their client to show.
struct IntrospectionAsker: Equatable, Sendable {
  var clientID: String
  /// Whether it may be a resource server that others' clients show access tokens to.
  var seesOthers: Bool

  func maySee(_ live: OAuthTokenStore.Live) -> Bool {
    live.token.clientID == clientID || seesOthers && live.token.kind == .access
  }
}

extension CSAv1.IntrospectTokenResponse {
  fileprivate init(_ live: OAuthTokenStore.Live, issuer: String) {
    self.init()
    active = true
    scope = live.token.scope.text
    clientID = live.token.clientID
    tokenType = live.token.kind == .access ? "Bearer" : nil
    exp = live.token.expiresAt / 1_000_000
    iat = live.token.createdAt / 1_000_000
    sub = live.userID ?? live.token.clientID
    aud = issuer
    iss = issuer
  }
}
