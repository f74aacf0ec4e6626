import ApplicationSupport
import Identity
import Platform

/// Makes ID tokens: who signed in, when, for which client, signed.
///
/// Source: OpenID Connect Core 1.0, sections 2 and 3.1.3.6.
struct IDTokens: Sendable {
  /// Seconds from `iat` to `exp`.
  static let lifetimeSeconds: Int64 = 1800

  let keys: SigningKeyRing
  let issuer: PublicURL
  let time: any TimeSource

  func make(_ facts: SignInFacts, for client: OAuthClient, accessToken: String) async throws -> String {
    let now = time.wallSeconds
    var claims: [(name: String, value: SignedToken.Value)] = [
      ("iss", .string(issuer.value)), ("sub", .string(facts.userID)), ("aud", .string(client.id)), ("azp", .string(client.id)),
      ("iat", .integer(now)), ("exp", .integer(now + Self.lifetimeSeconds)), ("auth_time", .integer(facts.authTime / 1_000_000)),
      ("at_hash", .string(Self.hash(accessToken))),
    ]
    if let nonce = facts.nonce { claims.append(("nonce", .string(nonce))) }
    return try await keys.sign(claims, SigningAlgorithm(rawValue: client.idTokenAlgorithm) ?? .rs256)
  }

  /// The left half of the SHA-256 of a token, in base64url: both algorithms hash with it.
  static func hash(_ token: String) -> String { Base64URL.encode(SHA256.digest(Array(token.utf8)).prefix(16)) }
}
