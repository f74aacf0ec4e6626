/// By which means somebody signed in.
enum SignInMeans: String, Sendable {
  case password, sms, passkey, oauth, console
}

/// One sign-in: an access token that was given out, as it is stored.
struct SignIn: Sendable, Equatable {
  /// 24 lower-case hex digits.
  var id: String
  var userID: String
  /// The token's own id, `jti`; never the token.
  var tokenID: String
  var means: String
  /// From where, without port.
  var address: String
  /// What the client calls itself, at most 256 bytes; nil if it says nothing.
  var userAgent: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var expiresAt: Int64
  /// When somebody ended it before its time.
  var endedAt: Int64?
}
