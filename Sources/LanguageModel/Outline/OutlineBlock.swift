/// A piece of an outline. In texts `{企业}`, `{项目}`, `{行业}` and `{事件}` stand for what is known of them.
enum OutlineBlock: Sendable {
  case paragraph(String)
  case bullets([String])
  case steps([String])
  case table(head: [String], rows: [[String]])
  /// A heading one level below the topic's.
  case heading(String)
}

/// What a section about something usually holds.
struct OutlineTopic: Sendable {
  /// A heading is about the topic if it holds one of these; the longest match counts.
  var keys: [String]
  var blocks: [OutlineBlock]
}

/// What may happen in a plant, and what is done then.
struct OutlineScenario: Sendable {
  /// A text is about it if it holds one of these.
  var keys: [String]
  var name: String
  var steps: [String]
}
