import Platform
import Storage

/// What a token request came to.
enum TokenOutcome: Equatable, Sendable {
  case issued(GrantedTokens)
  /// The error for the client, and what the log may know.
  case refused(OAuthError, reason: String)
  /// A code or refresh token was used again: whoever has it is not alone, and the grant was ended.
  case reused(grantID: String, userID: String, reason: String)
}

/// Tokens in clear, on their way to the client.
struct GrantedTokens: Equatable, Sendable {
  var accessToken: String
  /// Microseconds that the access token still has.
  var accessLifetime: Int64
  var scope: OAuthScope
  var refreshToken: String?
  /// What an ID token would say; nil for tokens of a client's own credentials.
  var signIn: SignInFacts?
}

/// What an ID token says about a sign-in.
struct SignInFacts: Equatable, Sendable {
  var userID: String
  /// Microseconds since 1970, UTC.
  var authTime: Int64
  var nonce: String?
}

/// Makes tokens of codes, refresh tokens and credentials, each in one transaction: of two that use the same one, one wins.
///
/// A transaction commits also where the answer is no: that a code was tried, and that a grant is ended, must stay.
struct TokenIssue: Sendable {
  let secrets: OAuthSecrets
  let ids: ObjectIDGenerator
  let time: any TimeSource

  /// A token request with a code.
  struct CodeUse: Sendable {
    var code: String
    /// Nil if absent.
    var redirectURI: String?
    var verifier: String?
  }

  // MARK: Authorization code (RFC 6749, section 4.1.3; RFC 7636, section 4.6)

  /// Whoever shows a code uses it up, also with a wrong verifier: it has leaked then, and nobody gets a second guess.
  func redeem(_ use: CodeUse, by client: OAuthClient, _ transaction: Transaction) throws -> TokenOutcome {
    let now = time.wallMicroseconds
    let digest = secrets.digest(use.code, .code)
    guard let code = try OAuthCodeStore.code(digest: digest, transaction) else { return .refused(.invalidGrant, reason: "unknown code") }
    if code.usedAt != nil {
      guard let grantID = code.grantID else { return .refused(.invalidGrant, reason: "code used before") }
      try OAuthGrantStore.end(id: grantID, now: now, transaction)
      return .reused(grantID: grantID, userID: code.userID, reason: "code used again")
    }
    if let reason = try misfit(of: use, with: code, client, now: now, transaction) {
      try OAuthCodeStore.setUsed(digest: digest, grantID: nil, now: now, transaction)
      return .refused(.invalidGrant, reason: reason)
    }
    let isRefreshable = client.may(OAuthClient.GrantType.refreshToken)
    let grant = OAuthGrant(
      id: ids.next(), clientID: client.id, userID: code.userID, tokenEpoch: code.tokenEpoch, scope: code.scope, authTime: code.authTime,
      createdAt: now, expiresAt: now + (isRefreshable ? OAuthToken.refreshLifetime : OAuthToken.accessLifetime))
    try OAuthGrantStore.insert(grant, transaction)
    try OAuthCodeStore.setUsed(digest: digest, grantID: grant.id, now: now, transaction)
    let refreshToken = isRefreshable ? secrets.make() : nil
    if let refreshToken { try keep(refreshToken, .refresh, of: grant, grant.scope, until: grant.expiresAt, now: now, transaction) }
    return .issued(
      try issue(
        secrets.make(), refreshToken, of: grant, grant.scope, nonce: code.nonce, now: now, transaction))
  }

  /// Why a code is worth nothing to this client; nil if it is good.
  private func misfit(
    of use: CodeUse, with code: OAuthCode, _ client: OAuthClient, now: Int64, _ transaction: Transaction
  ) throws -> String? {
    guard code.clientID == client.id else { return "another client's code" }
    guard now < code.expiresAt else { return "code expired" }
    if code.redirectURIGiven || use.redirectURI != nil {
      guard let uri = use.redirectURI, uri.utf8.elementsEqual(code.redirectURI.utf8) else { return "another redirect_uri" }
    }
    switch (code.challenge, use.verifier) {
    case (let challenge?, let verifier?): guard PKCE.verifies(verifier, challenge) else { return "wrong code_verifier" }
    case (_?, nil): return "no code_verifier"
    // RFC 9700, section 4.8.2: somebody took the challenge out of the authorization request.
    case (nil, _?): return "code_verifier without a challenge"
    case (nil, nil): if client.isPublic { return "public client without a challenge" }
    }
    guard let user = try UserStore.user(id: code.userID, transaction), user.isActive, user.tokenEpoch == code.tokenEpoch else {
      return "the user's sign-ins were ended"
    }
    return nil
  }

  // MARK: Refresh token (RFC 6749, section 6; RFC 9700, section 4.14)

  /// - Parameter requested: The parameter `scope`: for the new access token alone; nil keeps the grant's.
  func refresh(_ text: String, by client: OAuthClient, requested: OAuthScope?, _ transaction: Transaction) throws -> TokenOutcome {
    let now = time.wallMicroseconds
    let digest = secrets.digest(text, .refresh)
    guard let token = try OAuthTokenStore.token(digest: digest, transaction), let grantID = token.grantID,
      let grant = try OAuthGrantStore.grant(id: grantID, transaction)
    else { return .refused(.invalidGrant, reason: "unknown refresh token") }
    guard token.clientID == client.id else { return try reused(grant, "another client's refresh token", now: now, transaction) }
    guard token.expiresAt > now else { return .refused(.invalidGrant, reason: "refresh token expired") }
    guard grant.endedAt == nil else { return .refused(.invalidGrant, reason: "grant ended") }
    guard let user = try UserStore.user(id: grant.userID, transaction), user.isActive, user.tokenEpoch == grant.tokenEpoch else {
      return .refused(.invalidGrant, reason: "the user's sign-ins were ended")
    }
    if let usedAt = token.rotatedAt {
      guard now - usedAt <= OAuthToken.graceOfUsed, let salt = token.successorSalt,
        let again = try successor(of: text, salt: salt, grant, now: now, transaction)
      else { return try reused(grant, "refresh token used again", now: now, transaction) }
      return .issued(again)
    }
    if let requested, !requested.isSubset(of: grant.scope) { return .refused(.invalidScope, reason: "more scope than granted") }
    let expiresAt = min(now + OAuthToken.refreshLifetime, grant.createdAt + OAuthToken.grantLifetime)
    guard expiresAt > now else { return .refused(.invalidGrant, reason: "grant too old") }
    let salt = secrets.salt()
    try OAuthTokenStore.setRotated(digest: digest, salt: salt, now: now, transaction)
    let successor = secrets.successor(of: text, salt: salt, .refresh)
    try keep(successor, .refresh, of: grant, grant.scope, until: expiresAt, now: now, transaction)
    let issued = try issue(
      secrets.successor(of: text, salt: salt, .access), successor, of: grant, requested ?? grant.scope, nonce: nil, now: now, transaction)
    try OAuthGrantStore.extend(id: grant.id, to: max(expiresAt, now + issued.accessLifetime), transaction)
    return .issued(issued)
  }

  /// What the first use of a refresh token was answered with, for a client that lost the answer; nil if that is gone.
  private func successor(
    of text: String, salt: [UInt8], _ grant: OAuthGrant, now: Int64, _ transaction: Transaction
  ) throws -> GrantedTokens? {
    let access = secrets.successor(of: text, salt: salt, .access)
    let refresh = secrets.successor(of: text, salt: salt, .refresh)
    guard let kept = try OAuthTokenStore.token(digest: secrets.digest(access, .access), transaction), kept.expiresAt > now,
      try OAuthTokenStore.token(digest: secrets.digest(refresh, .refresh), transaction) != nil
    else { return nil }
    return GrantedTokens(
      accessToken: access, accessLifetime: kept.expiresAt - now, scope: kept.scope, refreshToken: refresh,
      signIn: SignInFacts(userID: grant.userID, authTime: grant.authTime, nonce: nil))
  }

  private func reused(_ grant: OAuthGrant, _ reason: String, now: Int64, _ transaction: Transaction) throws -> TokenOutcome {
    try OAuthGrantStore.end(id: grant.id, now: now, transaction)
    return .reused(grantID: grant.id, userID: grant.userID, reason: reason)
  }

  // MARK: Client credentials (RFC 6749, section 4.4)

  /// A token of the client's own. There is no user, so the scopes that are about one are left out.
  func issue(to client: OAuthClient, scope: OAuthScope, _ transaction: Transaction) throws -> GrantedTokens {
    let now = time.wallMicroseconds
    let text = secrets.make()
    let expiresAt = now + OAuthToken.accessLifetime
    try OAuthTokenStore.insert(
      OAuthToken(
        digest: secrets.digest(text, .access), kind: .access, clientID: client.id, scope: scope, createdAt: now, expiresAt: expiresAt),
      transaction)
    return GrantedTokens(accessToken: text, accessLifetime: OAuthToken.accessLifetime, scope: scope)
  }

  // MARK: Both kinds with a user

  private func issue(
    _ accessToken: String, _ refreshToken: String?, of grant: OAuthGrant, _ scope: OAuthScope, nonce: String?, now: Int64,
    _ transaction: Transaction
  ) throws -> GrantedTokens {
    let expiresAt = now + OAuthToken.accessLifetime
    try keep(accessToken, .access, of: grant, scope, until: expiresAt, now: now, transaction)
    return GrantedTokens(
      accessToken: accessToken, accessLifetime: OAuthToken.accessLifetime, scope: scope, refreshToken: refreshToken,
      signIn: SignInFacts(userID: grant.userID, authTime: grant.authTime, nonce: nonce))
  }

  private func keep(
    _ text: String, _ kind: OAuthToken.Kind, of grant: OAuthGrant, _ scope: OAuthScope, until expiresAt: Int64, now: Int64,
    _ transaction: Transaction
  ) throws {
    try OAuthTokenStore.insert(
      OAuthToken(
        digest: secrets.digest(text, kind == .access ? .access : .refresh), kind: kind, clientID: grant.clientID, grantID: grant.id,
        scope: scope, createdAt: now, expiresAt: expiresAt), transaction)
  }
}
