/// A version of a document as it is stored: never changed once it is there.
struct DocumentVersion: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  var documentID: Int64
  /// From 1, without gaps.
  var number: Int64
  var content: String
  /// A JSON object.
  var changesSummary: String
  var authorID: Int64
  /// Microseconds since 1970, UTC; never less than the version's before.
  var createdAt: Int64

  static let initialSummary = summary("initial", "初始版本")
  static let updateSummary = summary("update", "更新文档内容")
  static func restoreSummary(_ number: Int64) -> String { summary("restore", "恢复到版本\(number)", #","version_number":\#(number)"#) }

  static func generationSummary(_ id: Int64) -> String { summary("ai_generation", "写入AI生成内容", #","generation_id":\#(id)"#) }

  private static func summary(_ type: String, _ description: String, _ more: String = "") -> String {
    #"{"type":"\#(type)","description":"\#(description)"\#(more)}"#
  }
}

/// A version with its author's name.
struct ListedVersion: Equatable, Sendable {
  var version: DocumentVersion
  var authorName: String
}
