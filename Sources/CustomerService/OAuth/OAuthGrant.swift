/// What a user granted a client with one authorization: the family of all tokens that were made of it, as it is stored.
struct OAuthGrant: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var clientID: String
  var userID: String
  /// The user's when the code was given out: a change of the password ends the grant.
  var tokenEpoch: Int64
  var scope: OAuthScope
  /// When the user signed in, microseconds since 1970, UTC.
  var authTime: Int64
  var createdAt: Int64
  /// When its last token ends.
  var expiresAt: Int64
  /// When it was ended before its time.
  var endedAt: Int64?
}
