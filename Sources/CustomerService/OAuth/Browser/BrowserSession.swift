/// Somebody signed in with a browser at this provider, or an administrator with a console (`ConsoleSessions`), as it is stored. A browser's lets
/// them go on to another application without signing in again.
struct BrowserSession: Sendable, Equatable {
  /// How long it lasts, however it is used: 8 hours, in microseconds.
  static let lifetime: Int64 = 8 * 3_600_000_000

  /// Keyed hash of the cookie's value.
  var digest: [UInt8]
  /// The row of `csa_sign_ins` by which its user sees it and can end it.
  var signInID: String
  var userID: String
  /// The user's when it began: a change of the password ends it.
  var tokenEpoch: Int64
  /// By which means they signed in.
  var means: String
  /// When, microseconds since 1970, UTC.
  var authTime: Int64
  var expiresAt: Int64
}
