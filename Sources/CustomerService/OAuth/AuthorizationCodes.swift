import Platform
import Storage

/// Gives out authorization codes: the end of every authorization request that succeeds, by whichever way its user signed in and agreed.
struct AuthorizationCodes: Sendable {
  let secrets: OAuthSecrets
  let time: any TimeSource

  /// What an authorization request asked for, checked.
  struct Request: Equatable, Sendable {
    /// `client_id` of an active client that may use the code grant.
    var clientID: String
    /// One that `OAuthClient.mayRedirect` accepts.
    var redirectURI: String
    /// Whether the request named it; false where it was left out and the client has but one.
    var redirectURIGiven: Bool
    /// What the user has agreed to, as `OAuthClient.scope(requested:)` gave it.
    var scope: OAuthScope
    /// `code_challenge` with the method S256 (`PKCE.isChallenge`); nil only for a client with a secret.
    var challenge: String?
    /// OpenID Connect's, at most 255 bytes.
    var nonce: String?
  }

  /// Writes down that the user allows this, and makes the code, which may be used once within 60 seconds.
  ///
  /// - Parameters:
  ///   - user: Active, as read in the same transaction.
  ///   - authTime: When the user signed in, microseconds since 1970, UTC.
  /// - Returns: The code for the redirect: 43 characters of base64url.
  func issue(_ request: Request, to user: User, authTime: Int64, _ transaction: Transaction) throws -> String {
    let now = time.wallMicroseconds
    let code = secrets.make()
    // The user sees, and can take back, what was allowed, also where no page asked because an own application acted for them.
    try OAuthConsentStore.allow(request.scope, by: user.id, to: request.clientID, now: now, transaction)
    try OAuthCodeStore.insert(
      OAuthCode(
        digest: secrets.digest(code, .code), clientID: request.clientID, userID: user.id, tokenEpoch: user.tokenEpoch,
        redirectURI: request.redirectURI, redirectURIGiven: request.redirectURIGiven, scope: request.scope, challenge: request.challenge,
        nonce: request.nonce, authTime: authTime, expiresAt: now + OAuthCode.lifetime), transaction)
    return code
  }
}
