import LanguageModel
import Protobuf
import Synchronization
import Testing

@Suite struct OutlineWriterTests {
  static func outline(_ brief: WritingBrief) async throws -> String {
    let pieces = Mutex<[String]>([])
    let result = try await OutlineWriter().generate(brief, config: .init()) { piece in pieces.withLock { $0.append(piece) } }
    #expect(result == GenerationResult(finish: .whole, model: "weft-outline", usage: nil))
    #expect(pieces.withLock { $0.allSatisfy { !$0.isEmpty } && $0.count > 1 })
    return pieces.withLock { $0.joined() }
  }

  static func headings(_ text: String) -> [String] { text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { String($0) } }

  @Test func theDocumentsExampleHasTheAskedParts() async throws {
    let text = try await Self.outline(try PromptBuilderTests.brief())
    #expect(text.hasPrefix("> **说明：本稿由系统内置的提纲工具根据写作要求整理，没有语言模型参与撰写。**"))
    #expect(
      Self.headings(text) == ["# 应急响应", "## 应急组织机构", "## 应急响应程序", "## 应急处置措施", "### 危险化学品泄漏的处置", "## 可引用的已有资料"])
    #expect(text.contains("示例化工有限公司设立应急指挥部") && text.contains("| main_products | 化工产品A、化工产品B | 表单 environmental_info |"))
    #expect(text.contains("事故应急池") && !text.contains("{企业}") && !text.contains("{事件}"))
    #expect(try await Self.outline(try PromptBuilderTests.brief()) == text)
  }

  @Test func theSectionIsReadOffTheWish() async throws {
    var brief = WritingBrief(prompt: "请生成环保应急预案的总则部分，包括编制目的、依据和适用范围")
    brief.project = .init(name: "预案", type: "emergency_plan")
    let text = try await Self.outline(brief)
    #expect(Self.headings(text).prefix(4) == ["# 总则", "## 编制目的", "## 依据", "## 适用范围"])
    #expect(text.contains("【企业名称】") && text.contains("（环发〔2015〕4号）"))
  }

  @Test func anAssessmentIsAnAssessment() async throws {
    var brief = WritingBrief(prompt: "请为化工项目项目生成环境影响评价报告的环境影响预测与评价部分，考虑大气、地表水、噪声、固体废物等因素")
    brief.project = .init(name: "新项目环评报告", type: "environmental_assessment")
    let text = try await Self.outline(brief)
    #expect(Self.headings(text).prefix(5) == ["# 环境影响预测与评价", "## 大气", "## 地表水", "## 噪声", "## 固体废物"])
    #expect(text.contains("AERMOD") && text.contains("国家危险废物名录"))
  }

  @Test func withoutAnEnumerationASectionHasItsUsualParts() async throws {
    var brief = WritingBrief(prompt: "写应急响应")
    brief.section = "应急响应"
    #expect(Self.headings(try await Self.outline(brief)).prefix(3) == ["# 应急响应", "## 响应分级", "## 响应程序"])
    brief = WritingBrief(prompt: "写年度总结")
    brief.section = "年度总结"
    let text = try await Self.outline(brief)
    #expect(Self.headings(text) == ["# 年度总结"] && text.contains("主要结论"))
  }

  @Test func nothingStandsTwice() async throws {
    var brief = WritingBrief(prompt: "包括产污环节、污染源强、源强核算和风险识别")
    brief.project = .init(name: "项目", type: "environmental_assessment")
    let text = try await Self.outline(brief)
    #expect(text.ranges(of: "| 节点编号 |").count == 1 && text.ranges(of: "污染源源强核算技术指南").count == 1 && text.contains("风险潜势初判"))
  }

  @Test func whatTheDocumentHasIsPointedOut() async throws {
    var brief = try PromptBuilderTests.brief()
    brief.document = DocumentDigest(of: "## 应急组织机构\n\n已写。")
    #expect(try await Self.outline(brief).contains("文档中已有“应急组织机构”标题"))
  }

  @Test func textsOfUsersStayInTheirPlaces() async throws {
    var brief = WritingBrief(prompt: "包括甲方\n# 标题、乙方|丙方\u{0}和<b>丁方</b>")
    brief.section = "## 节\n名"
    brief.context = String(repeating: "长", count: 10_000)
    brief.company = .init(name: "a|b\nc{项目}")
    let text = try await Self.outline(brief)
    #expect(text.contains("# 节 名\n") && text.contains("a\\|b c"))
    #expect(text.utf8.count < 10_000)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func aReaderMayEndIt() async throws {
    struct Enough: Error {}
    await #expect(throws: Enough.self) {
      try await OutlineWriter().generate(WritingBrief(prompt: "写"), config: .init()) { _ in throw Enough() }
    }
  }
}
