/// An authorization code, as it is stored: what it is bound to, never the code.
///
/// Source: RFC 6749, section 4.1.2; RFC 7636, section 4.4; OpenID Connect Core 1.0, section 3.1.3.2.
struct OAuthCode: Equatable, Sendable {
  /// How long it may be used: 60 seconds, in microseconds.
  static let lifetime: Int64 = 60_000_000
  /// How long a code is remembered after that, in microseconds, so that a second use of it is noticed: a day.
  static let rememberedFor: Int64 = 86_400_000_000

  var digest: [UInt8]
  var clientID: String
  var userID: String
  /// The user's when it was given out: a change of the password ends it.
  var tokenEpoch: Int64
  var redirectURI: String
  /// Whether the request named the URI; then the token request must name it too (RFC 6749, section 4.1.3).
  var redirectURIGiven: Bool
  var scope: OAuthScope
  /// `code_challenge` of the method S256.
  var challenge: String?
  var nonce: String?
  /// When the user signed in, microseconds since 1970, UTC.
  var authTime: Int64
  var expiresAt: Int64
  var usedAt: Int64?
  /// The grant that was made of it, once used.
  var grantID: String?
}
