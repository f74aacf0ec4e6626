import Protobuf

/// A project as it is stored.
struct Project: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  var ownerID: Int64
  /// One of the owner's companies; nil for none.
  var companyID: Int64?
  var name: String
  /// Such as `emergency_plan`.
  var type: String
  /// Such as `draft`.
  var status: String
  var description: String?
  /// A JSON object, of `JSONObject.text`.
  var metadata: String
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64
  /// When the status became `completed`; nil while it is another.
  var completedAt: Int64?

  /// Where the request names none: the document lists no values.
  static let usualType = "general"
  static let metadataBytesMax = 64 * 1024

  enum Status {
    static let draft = "draft"
    static let completed = "completed"
  }

  /// Changes the status; a project that is completed again keeps the time of the first.
  mutating func setStatus(_ new: String, at now: Int64) {
    status = new
    completedAt = new == Status.completed ? completedAt ?? now : nil
  }
}

/// What is told of a project beside what is stored with it, as of the transaction that read it.
struct ProjectSurroundings: Equatable, Sendable {
  /// The owner's full name, or their user name.
  var ownerName: String
  var companyName: String?
  var documents: Int64
  var completedDocuments: Int64
  var forms: Int64

  /// The share of its documents that are completed, in percent with one digit; 0 without any.
  var progress: Double {
    documents == 0 ? 0 : (Double(completedDocuments) * 1000 / Double(documents)).rounded() / 10
  }
}
