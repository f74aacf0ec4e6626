/// A document as it is stored. What it says is its latest version's `content`.
struct Document: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  /// Whose it is: its project's owner.
  var userID: Int64
  var projectID: Int64
  var title: String
  var format: String
  var status: String
  /// A JSON object.
  var metadata = "{}"
  /// Raised by every change.
  var revision: Int64 = 1
  /// As many as the latest version's number.
  var versionsCount: Int64 = 1
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64

  static let usualFormat = "markdown"
  static let usualStatus = "draft"
  /// As the rules of the proto have it.
  static let contentBytesMax = 16 << 20
  /// Of `metadata`, and of a version's `changes_summary`.
  static let objectBytesMax = 65_536

  /// Whether nothing that a caller can change is different, byte by byte: strings are compared by canonical equivalence otherwise.
  func reads(as other: Document) -> Bool {
    versionsCount == other.versionsCount && title.utf8.elementsEqual(other.title.utf8) && format == other.format && status == other.status
      && metadata.utf8.elementsEqual(other.metadata.utf8)
  }

  /// - Parameter condition: Of `DocumentTag`.
  func requireUnchanged(_ condition: String) throws(CoWritingError) {
    guard DocumentTag.isMet(condition, revision: revision) else { throw .documentChanged }
  }
}

/// A document in a list, with what belongs to others.
struct ListedDocument: Equatable, Sendable {
  var document: Document
  var projectName: String
  var generationsCount: Int64
  var exportsCount: Int64
}
