/// A mail in the queue. Once it is delivered there is no row any more.
struct QueuedMail: Sendable, Equatable {
  /// Also the local part of its Message-ID, so that a mail that goes out twice can be told.
  var id: String
  var recipient: String
  var purpose: String
  var subject: String
  var text: String
  var code: String?
  /// Microseconds since 1970.
  var createdAt: Int64
  /// How often it was tried in vain.
  var attempts: Int
  /// Counts the leases; a result counts only from the holder of the last one.
  var fence: Int64
}
