/// Drafts the skeleton of a section where no language model is set up: its parts as the wish names them, what usually stands in each, what is
/// to be filled in and where it comes from. The same brief gives the same outline, and its first line says that no model wrote it.
public struct OutlineWriter: TextGenerator {
  /// What results bear in the place of a model's name.
  public static let modelName = "weft-outline"

  private static let quoteCharactersMax = 500
  /// What of a wish is looked at.
  private static let wishCharactersMax = 4_000

  public init() {}

  public func generate(
    _ brief: WritingBrief, config: GenerationConfig, onText: @escaping @Sendable (String) async throws -> Void
  ) async throws -> GenerationResult {
    for piece in Self.pieces(brief) {
      guard !Task.isCancelled else { throw GenerationError(.cancelled, "生成已取消", hasText: true) }
      try await onText(piece)
    }
    return GenerationResult(finish: .whole, model: Self.modelName, usage: nil)
  }

  /// The outline, a piece for each of its parts.
  static func pieces(_ whole: WritingBrief) -> [String] {
    var brief = whole
    brief.prompt = String(String.UnicodeScalarView(brief.prompt.unicodeScalars.prefix(wishCharactersMax)))
    brief.context = String(String.UnicodeScalarView(brief.context.unicodeScalars.prefix(wishCharactersMax)))
    let facts = OutlineFacts(brief)
    let plan = OutlinePlan(brief, facts)
    var pieces = [head(brief, plan)]
    if !plan.blocks.isEmpty { pieces.append(markdown(plan.blocks, level: 2, facts)) }
    let present = brief.document.headings.map { $0.drop { "# ".contains($0) } }
    for part in plan.parts {
      var text = "## \(part.heading)\n\n"
      if present.contains(where: { $0.hasSuffix(part.heading) }) { text += "> 文档中已有“\(part.heading)”标题，请合并，避免重复。\n\n" }
      pieces.append(text + markdown(part.blocks, level: 3, facts))
    }
    if !facts.facts.isEmpty { pieces.append(table(of: facts)) }
    let holes = pieces.reduce(0) { $0 + $1.ranges(of: "【补充").count }
    pieces.append("---\n\n本提纲共有\(holes)处【补充】，全部据实填写并经审核后方可使用。\n")
    return pieces
  }

  private static func head(_ brief: WritingBrief, _ plan: OutlinePlan) -> String {
    var text = """
      > **说明：本稿由系统内置的提纲工具根据写作要求整理，没有语言模型参与撰写。** “【补充】”处请据实填写；所列法规、标准请核对现行有效版本。

      # \(plan.heading)


      """
    text += "> 写作要求：\(PlainText.line(brief.prompt, charactersMax: quoteCharactersMax))\n"
    if !brief.context.isEmpty { text += ">\n> 背景说明：\(PlainText.line(brief.context, charactersMax: quoteCharactersMax))\n" }
    if let template = brief.template { text += ">\n> 所用模板：\(PlainText.line(template.name, charactersMax: 100))\n" }
    return text + "\n"
  }

  private static func table(of facts: OutlineFacts) -> String {
    let rows = facts.facts.map { [$0.label, $0.value, $0.source] }
    return "## 可引用的已有资料\n\n" + markdown([.table(head: ["项目", "内容", "来源"], rows: rows)], level: 3, facts)
  }

  private static func markdown(_ blocks: [OutlineBlock], level: Int, _ facts: OutlineFacts) -> String {
    var text = ""
    for block in blocks {
      switch block {
      case .paragraph(let paragraph): text += facts.filled(paragraph) + "\n"
      case .heading(let heading): text += String(repeating: "#", count: level) + " " + facts.filled(heading) + "\n"
      case .bullets(let items): for item in items { text += "- \(facts.filled(item))\n" }
      case .steps(let items): for (index, item) in items.enumerated() { text += "\(index + 1). \(facts.filled(item))\n" }
      case .table(let head, let rows):
        text += row(head) + row(head.map { _ in "---" })
        for cells in rows { text += row(cells.map(facts.filled)) }
      }
      text += "\n"
    }
    return text
  }

  /// A bar in a cell would end it.
  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("\\", with: "\\\\").replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
  }
}
