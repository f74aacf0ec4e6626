/// A mobile number and the account that it signs in to (the document's `SMSInfo`).
///
/// It is not the contact number of the profile, which its owner writes as they like: only a number whose code was received counts
/// here.
struct Phone: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var userID: String
  /// 11 digits.
  var number: String
  var isVerified: Bool
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?
}
