/// Which parts a section gets, and what goes into each.
struct OutlinePlan {
  struct Part {
    var heading: String
    var blocks: [OutlineBlock]
  }

  /// The heading of the whole.
  let heading: String
  /// What stands right under it, if it has no parts of its own.
  let blocks: [OutlineBlock]
  let parts: [Part]

  /// Sections that usually have these parts.
  private static let emergencySections: [(keys: [String], parts: [String])] = [
    (["总则"], ["编制目的", "编制依据", "适用范围", "工作原则", "预案体系与衔接"]),
    (["应急响应"], ["响应分级", "响应程序", "信息报告", "应急处置措施", "应急监测", "应急终止"]),
    (["预案", "全文", "全部"], ["总则", "企业基本情况", "环境风险评估", "应急组织机构与职责", "预防与预警", "应急响应程序", "应急处置措施", "应急监测", "后期处置", "应急保障", "培训与演练", "附则"]),
  ]
  private static let assessmentSections: [(keys: [String], parts: [String])] = [
    (["总则"], ["编制依据", "评价标准", "评价等级与评价范围", "环境保护目标"]),
    (["影响预测", "影响评价", "影响分析"], ["大气环境影响", "地表水环境影响", "地下水环境影响", "声环境影响", "固体废物影响", "土壤与生态影响"]),
    (
      ["报告", "全文", "全部"],
      ["概述", "编制依据", "建设项目概况", "工程分析", "环境现状调查与评价", "环境影响预测与评价", "环境风险评价", "环境保护措施及可行性论证", "环境影响经济损益分析", "环境管理与监测计划", "公众参与", "结论与建议"]
    ),
  ]

  init(_ brief: WritingBrief, _ facts: OutlineFacts) {
    let heading = Self.heading(brief)
    self.heading = heading
    var names = Enumeration.items(in: brief.prompt)
    if names.isEmpty { names = Self.usualParts(of: heading, facts.subject) }
    var used: Set<String> = []
    parts = names.map { Part(heading: $0, blocks: Self.blocks(for: $0, facts, &used)) }
    blocks = names.isEmpty ? Self.blocks(for: heading, facts, &used) : []
  }

  /// The section; else what the wish calls it (`……的总则部分`), else the document.
  private static func heading(_ brief: WritingBrief) -> String {
    let section = PlainText.line(brief.section.drop { "# ".contains($0) }, charactersMax: 60)
    if !section.isEmpty { return section }
    for mark in ["部分", "章节", "一节", "一章"] {
      guard let range = brief.prompt.firstRange(of: mark) else { continue }
      let before = brief.prompt[..<range.lowerBound]
      let name = before.lastIndex(of: "的").map { before[before.index(after: $0)...] } ?? before.suffix(0)
      let line = PlainText.line(name, charactersMax: 60)
      if (2...20).contains(line.count) { return line }
    }
    let title = PlainText.line(brief.documentTitle.drop { "# ".contains($0) }, charactersMax: 60)
    return title.isEmpty ? "写作提纲" : title
  }

  private static func usualParts(of heading: String, _ subject: OutlineFacts.Subject) -> [String] {
    let sections: [(keys: [String], parts: [String])]
    switch subject {
    case .emergencyPlan: sections = emergencySections
    case .assessment: sections = assessmentSections
    case .other: sections = []
    }
    return sections.first { section in section.keys.contains { heading.contains($0) } }?.parts ?? []
  }

  /// What a part about `heading` usually holds.
  ///
  /// - Parameter used: Topics, by their first keys, that an earlier part has had: nothing stands there twice.
  private static func blocks(for heading: String, _ facts: OutlineFacts, _ used: inout Set<String>) -> [OutlineBlock] {
    let (first, second) =
      facts.subject == .assessment ? (AssessmentTopics.all, EmergencyTopics.all) : (EmergencyTopics.all, AssessmentTopics.all)
    guard facts.subject != .other, let topic = topic(heading, first) ?? topic(heading, second),
      used.insert(topic.keys[0]).inserted
    else {
      return GeneralTopics.blocks(for: heading)
    }
    guard topic.keys.contains("处置措施") else { return topic.blocks }
    return topic.blocks + scenarioBlocks(facts)
  }

  private static func topic(_ heading: String, _ topics: [OutlineTopic]) -> OutlineTopic? {
    var best: (topic: OutlineTopic, length: Int)?
    for topic in topics {
      for key in topic.keys where heading.contains(key) && key.count > best?.length ?? 0 { best = (topic, key.count) }
    }
    return best?.topic
  }

  private static func scenarioBlocks(_ facts: OutlineFacts) -> [OutlineBlock] {
    var scenarios = facts.scenarios
    var blocks: [OutlineBlock] = []
    if scenarios.isEmpty {
      scenarios = Array(EmergencyTopics.scenarios.prefix(2))
      blocks.append(.paragraph("写作要求没有说明事件类型，以下按常见的泄漏和火灾列出，请按风险评估结论增删。"))
    }
    for scenario in scenarios {
      blocks.append(.heading("\(scenario.name)的处置"))
      blocks.append(.steps(scenario.steps))
    }
    return blocks
  }
}
