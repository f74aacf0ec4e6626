/// A message of the contact form as it is stored.
struct Contact: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var name: String
  /// Any text: the form does not check that it is an address.
  var email: String
  var message: String
  /// Whether an administrator has dealt with it.
  var isProcessed: Bool
  /// Never empty.
  var adminNotes: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?
}
