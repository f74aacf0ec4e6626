internal import Platform

/// The parts of a finished document in their order, made the same way for every writer.
struct DocumentParts {
  /// The metadata page; empty if none is wanted.
  var metadata: [Block] = []
  /// A title to set above the text; nil if the text brings its own.
  var title: String?
  /// The text.
  var body: [Block]
  /// The appendix of versions; empty if none is wanted.
  var appendix: [Block] = []
  var footnotes: [Footnote]

  init(_ tree: DocumentTree, options: RenderOptions) {
    body = tree.blocks
    footnotes = tree.footnotes
    let metadata = options.metadata
    if options.hasMetadataPage {
      self.metadata = Self.metadataBlocks(metadata)
    } else if !metadata.title.isEmpty {
      title = PlainText.cleaned(metadata.title)
      if case .heading(level: 1, _)? = body.first { title = nil }
    }
    if !options.versions.isEmpty { appendix = Self.appendixBlocks(options.versions) }
  }

  static let contentsTitle = "目录"
  static let footnotesTitle = "注释"
  static let appendixTitle = "附录：版本记录"
  static let metadataTitle = "文档信息"

  /// `2024-01-01 12:00 UTC`.
  static func date(_ microseconds: Int64) -> String {
    let text = Timestamp.rfc3339(wallMicroseconds: microseconds)
    return text.prefix(16).replacing("T", with: " ") + " UTC"
  }

  private static func metadataBlocks(_ metadata: DocumentMetadata) -> [Block] {
    var rows: [(String, String)] = [
      ("标题", metadata.title), ("作者", metadata.author), ("主题", metadata.subject),
      ("关键词", metadata.keywords.joined(separator: "，")),
    ]
    rows += metadata.details.map { ($0.name, $0.value) }
    if let created = metadata.created { rows.append(("创建时间", date(created))) }
    if let changed = metadata.changed { rows.append(("更新时间", date(changed))) }
    let cells = rows.filter { !$0.1.isEmpty }.map { row in [text(row.0), text(row.1)] }
    guard !cells.isEmpty else { return [] }
    return [.table(Table(alignments: [.left, .left], head: [text("项目"), text("内容")], rows: cells))]
  }

  private static func appendixBlocks(_ versions: [VersionEntry]) -> [Block] {
    let rows = versions.map { [text($0.number), text(date($0.date)), text($0.author), text($0.summary)] }
    return [
      .heading(level: 1, content: text(appendixTitle)),
      .table(
        Table(
          alignments: [.center, .left, .left, .left], head: [text("版本"), text("日期"), text("作者"), text("说明")], rows: rows)),
    ]
  }

  private static func text(_ text: String) -> [Inline] { [.text(PlainText.cleaned(text))] }
}
