/// An access or refresh token, as it is stored: never the token.
struct OAuthToken: Equatable, Sendable {
  enum Kind: String, Sendable {
    case access, refresh
  }

  /// How long an access token may be used: 30 minutes, in microseconds.
  static let accessLifetime: Int64 = 1_800_000_000
  /// How long a refresh token waits to be used: 30 days, in microseconds.
  static let refreshLifetime: Int64 = 30 * 86_400_000_000
  /// How long a grant can be refreshed at all: 180 days, in microseconds; then the user signs in anew.
  static let grantLifetime: Int64 = 180 * 86_400_000_000
  /// How long a used refresh token is still answered with the same successor: 10 seconds, in microseconds.
  static let graceOfUsed: Int64 = 10_000_000

  var digest: [UInt8]
  var kind: Kind
  var clientID: String
  /// Nil for a token of a client's own credentials.
  var grantID: String?
  var scope: OAuthScope
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var expiresAt: Int64
  /// When a refresh token was used.
  var rotatedAt: Int64?
  /// What the successor was derived with.
  var successorSalt: [UInt8]?
}
