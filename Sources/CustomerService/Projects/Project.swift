/// A project as it is stored, together with its owner's address.
struct Project: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var ownerID: String
  var ownerEmail: String
  var name: String
  /// Never empty.
  var description: String?
  /// At most 1 MiB of UTF-8; may be empty.
  var overviewMarkdown: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  /// A foreign project may not be read, not even by an administrator over REST.
  func require(owner callerID: String) throws(CustomerServiceError) {
    guard ownerID == callerID else { throw .foreignProject }
  }
}
