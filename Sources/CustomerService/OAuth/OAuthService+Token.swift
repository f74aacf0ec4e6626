import CustomerServiceAPI
import Protobuf
import RPC
import Storage

/// The token endpoint, and the end of tokens.
extension OAuthService {
  /// POST /oauth/token
  func issueToken(_ request: CSAv1.IssueTokenRequest, _ call: ServerCall) async throws -> CSAv1.IssueTokenResponse {
    let client = try await client(request.clientID, request.clientSecret, call)
    guard !request.grantType.isEmpty else { throw OAuthError.invalidRequest(.grantTypeMissing) }
    guard OAuthClient.GrantType.all.contains(request.grantType) else { throw OAuthError.unsupportedGrantType }
    guard client.may(request.grantType) else { throw OAuthError.unauthorizedClient }
    let tokens =
      switch request.grantType {
      case OAuthClient.GrantType.authorizationCode: try await redeem(request, client, call)
      case OAuthClient.GrantType.refreshToken: try await refresh(request, client, call)
      default: try await issueOwn(request, client, call)
      }
    var response = CSAv1.IssueTokenResponse()
    if let facts = tokens.signIn, tokens.scope.contains(OAuthScope.openID) {
      response.idToken = try await idTokens.make(facts, for: client, accessToken: tokens.accessToken)
    }
    response.accessToken = tokens.accessToken
    response.tokenType = "Bearer"
    response.expiresIn = tokens.accessLifetime / 1_000_000
    response.scope = tokens.scope.text
    response.refreshToken = tokens.refreshToken
    keepNowhere(call)
    return response
  }

  /// POST /oauth/revoke
  func revokeToken(_ request: CSAv1.RevokeTokenRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let client = try await client(request.clientID, request.clientSecret, call)
    guard !request.token.isEmpty else { throw OAuthError.invalidRequest(.tokenMissing) }
    let now = time.wallMicroseconds
    let entry = AuditEntry(.oauthTokenRevoked, of: client.id, call, ids: ids, now: now)
    let isOwn = try await database.write(for: call) { [secrets] transaction -> Bool in
      // Whatever the hint says, a token is looked for among both kinds (RFC 7009, section 2.1); one that is unknown is ended already (2.2).
      let digests = [secrets.digest(request.token, .refresh), secrets.digest(request.token, .access)]
      guard let token = try digests.lazy.compactMap({ try OAuthTokenStore.token(digest: $0, transaction) }).first else { return true }
      guard token.clientID == client.id else { return false }
      if token.kind == .refresh, let grantID = token.grantID {
        guard try OAuthGrantStore.end(id: grantID, now: now, transaction) else { return true }
        var entry = entry
        entry.actorID = try OAuthGrantStore.grant(id: grantID, transaction)?.userID
        try AuditStore.insert(entry, transaction)
      } else {
        try OAuthTokenStore.delete(digest: token.digest, transaction)
      }
      return true
    }
    guard isOwn else { throw OAuthError.invalidGrant }
    keepNowhere(call)
    return GoogleProtobuf.Empty()
  }

  // MARK: The three grants

  private func redeem(_ request: CSAv1.IssueTokenRequest, _ client: OAuthClient, _ call: ServerCall) async throws -> GrantedTokens {
    guard !request.code.isEmpty else { throw OAuthError.invalidRequest(.codeMissing) }
    let use = TokenIssue.CodeUse(
      code: request.code, redirectURI: request.redirectUri.isEmpty ? nil : request.redirectUri,
      verifier: request.codeVerifier.isEmpty ? nil : request.codeVerifier)
    return try await settle(client, call) { [issue] in try issue.redeem(use, by: client, $0) }
  }

  private func refresh(_ request: CSAv1.IssueTokenRequest, _ client: OAuthClient, _ call: ServerCall) async throws -> GrantedTokens {
    guard !request.refreshToken.isEmpty else { throw OAuthError.invalidRequest(.refreshTokenMissing) }
    guard let scope = OAuthScope(parsing: request.scope) else { throw OAuthError.invalidScope }
    return try await settle(client, call) { [issue] transaction in
      try issue.refresh(request.refreshToken, by: client, requested: scope.isEmpty ? nil : scope, transaction)
    }
  }

  private func issueOwn(_ request: CSAv1.IssueTokenRequest, _ client: OAuthClient, _ call: ServerCall) async throws -> GrantedTokens {
    guard let scope = client.ownScope(requested: request.scope) else { throw OAuthError.invalidScope }
    return try await database.write(for: call) { [issue] in try issue.issue(to: client, scope: scope, $0) }
  }

  /// Runs a use of a code or refresh token, and says and records what it came to.
  private func settle(
    _ client: OAuthClient, _ call: ServerCall, _ body: @escaping @Sendable (Transaction) throws -> TokenOutcome
  ) async throws -> GrantedTokens {
    let reuse = AuditEntry(.oauthReuseDetected, of: client.id, call, ids: ids, now: time.wallMicroseconds)
    let outcome = try await database.write(for: call) { transaction in
      let outcome = try body(transaction)
      if case .reused(_, let userID, let reason) = outcome {
        var entry = reuse
        entry.actorID = userID
        entry.detail = reason
        try AuditStore.insert(entry, transaction)
      }
      return outcome
    }
    switch outcome {
    case .issued(let tokens): return tokens
    case .refused(let error, let reason):
      // A client with a secret has shown who it is, and many of its users may have stayed away for long: that is no guessing.
      if client.isPublic { limits.failed(client.id, from: call.peer) }
      call.logger.notice("token request refused", metadata: ["client": "\(client.id)", "reason": "\(reason)", "peer": "\(call.peer)"])
      throw error
    case .reused(let grantID, let userID, let reason):
      call.logger.warning(
        "grant ended", metadata: ["client": "\(client.id)", "user": "\(userID)", "grant": "\(grantID)", "reason": "\(reason)"])
      throw OAuthError.invalidGrant
    }
  }

  // MARK: What the form endpoints share

  /// The client that authenticates in the header or the form.
  func client(_ id: String, _ secret: String, _ call: ServerCall) async throws -> OAuthClient {
    try await clients.client(
      try ClientCredentials(authorization: call.metadata["authorization"], id: id, secret: secret), for: call)
  }

  /// RFC 6749, section 5.1.
  func keepNowhere(_ call: ServerCall) {
    call.setHTTPHeader("cache-control", "no-store")
    call.setHTTPHeader("pragma", "no-cache")
  }
}
