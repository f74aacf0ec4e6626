/// What a user has allowed a client, as it is stored: it need not be asked for again.
struct OAuthConsent: Equatable, Sendable {
  var userID: String
  var clientID: String
  var scope: OAuthScope
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  /// When more was allowed.
  var updatedAt: Int64?
}
