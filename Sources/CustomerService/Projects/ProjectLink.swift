/// A link of a project as it is stored.
struct ProjectLink: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var projectID: String
  var title: String
  /// Begins with http:// or https://; the proto's rule has seen to it.
  var url: String
  var description: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?
}
