/// A task of a project as it is stored.
struct ProjectTask: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var projectID: String
  var title: String
  var description: String?
  /// "pending" or "completed"; the proto's rule has seen to it.
  var status: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  enum Status {
    static let pending = "pending"
    static let completed = "completed"
  }
}
