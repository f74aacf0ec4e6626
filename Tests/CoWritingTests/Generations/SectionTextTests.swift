import Testing

@testable import CoWriting

@Suite struct SectionTextTests {
  private static let content = """
    # 预案

    ## 第一章 总则

    旧总则。

    ## 第二章 应急响应

    旧响应。

    ### 2.1 细节

    旧细节。

    ```
    ## 附则
    ```

    ## （三）附则

    旧附则。

    """

  private func place(_ text: String, _ section: String?, mode: SectionText.Mode = .section, into content: String = content) throws -> String
  {
    try SectionText.place(text, into: content, mode: mode, section: section)
  }

  @Test func aSectionIsReplacedWithWhatIsBelowIt() throws {
    let placed = try place("## 应急响应\n\n新响应。\n", "应急响应")
    #expect(placed.contains("## 第二章 应急响应\n\n新响应。\n\n## （三）附则\n\n旧附则。"))
    #expect(placed.hasPrefix("# 预案\n\n## 第一章 总则\n\n旧总则。\n\n## 第二章") && !placed.contains("旧细节") && !placed.contains("```"))
  }

  @Test(arguments: ["应急响应", "第二章 应急响应", "2. 应急响应", "二、应急响应"])
  func numbersBeforeANameDoNotCount(_ name: String) throws { #expect(try place("新", name).contains("## 第二章 应急响应\n\n新\n\n## （三）")) }

  @Test func numeralsOfANameCount() throws {
    let content = "## 一期工程\n甲\n## 二期工程\n乙\n## 2025年计划\n丙\n## 1. 概况\n丁\n## 概况\n戊\n"
    #expect(try place("新", "二期工程", into: content).contains("甲\n## 二期工程\n\n新\n\n## 2025"))
    #expect(try place("新", "概况", into: content).contains("丁\n## 概况\n\n新"))
    #expect(try place("新", "3.1 概况", into: content).contains("## 1. 概况\n\n新\n\n## 概况"))
    for absent in ["三期工程", "2026年计划", "期工程"] { #expect(throws: CoWritingError.self) { try place("新", absent, into: content) } }
  }

  @Test func anExactNameGoesBeforeAnEarlierOneWithANumber() throws {
    let content = "# 1. 概况\n甲\n## 细节\n# 概况\n乙\n## 细节\n丙\n# 尾\n"
    #expect(try place("新", "概况", into: content) == "# 1. 概况\n甲\n## 细节\n# 概况\n\n新\n\n# 尾\n")
    #expect(try place("新", "2. 概况", into: content) == "# 1. 概况\n\n新\n\n# 概况\n乙\n## 细节\n丙\n# 尾\n")
  }

  /// Else the section would end with the text's first heading, and the next text would leave the rest standing.
  @Test(arguments: [
    "# 应急响应\n\n前。\n\n## 组织\n\n## 程序\n\n### 报告\n", "> 没有语言模型参与撰写。\n\n# 应急响应\n\n前。\n\n## 组织\n",
    "前。\n\n# 组织\n\n```\n# 注释\n```\n\n## 程序\n",
  ])
  func aTextIsReplacedWhole(_ text: String) throws {
    let first = try place(text, "应急响应")
    #expect(first.contains("### 组织\n") && first.contains("前。") && !first.contains("\n## 组织") && !first.contains("\n# 应急响应"))
    #expect(!first.contains("```") || first.contains("```\n# 注释\n```"))
    #expect(try place(text, "应急响应", into: first) == first)
    #expect(try place("新", "应急响应", into: first) == place("新", "应急响应"))
  }

  @Test func aTextAsDeepAsItMayBeStaysSo() throws {
    #expect(try place("###### 丙\n  ## 乙\n", "甲", into: "##### 甲\n") == "##### 甲\n\n###### 丙\n  ###### 乙\n")
  }

  @Test func boldHeadingsAreHeadings() throws {
    #expect(try place("## **应急响应**\n\n新", "应急响应", into: "# **二、应急响应**\n旧\n# 尾") == "# **二、应急响应**\n\n新\n\n# 尾")
  }

  @Test func theLastSectionGoesToTheEnd() throws { #expect(try place("新", "附则").hasSuffix("## （三）附则\n\n新")) }

  @Test func aSectionBelowAnotherLeavesTheRest() throws {
    let placed = try place("新", "细节")
    #expect(placed.contains("旧响应。\n\n### 2.1 细节\n\n新\n\n## （三）附则"))
  }

  @Test(arguments: ["环境监测", "", nil] as [String?])
  func aSectionThatIsNotThereIsAnError(_ name: String?) { #expect(throws: CoWritingError.self) { try place("新", name) } }

  @Test func aTextIsAppendedAfterOneEmptyLine() throws {
    for content in ["甲", "甲\n", "甲\n\n\n", "甲 \r\n"] { #expect(try place("\n\n乙", nil, mode: .append, into: content) == "甲\n\n乙") }
    #expect(try place("乙", nil, mode: .append, into: "") == "乙")
    #expect(try place("乙", nil, mode: .append, into: "\n \n") == "乙")
    #expect(try place("乙", nil, mode: .replace) == "乙")
  }

  @Test func headingsInCodeAreNone() throws {
    #expect(throws: CoWritingError.self) { try place("新", "甲", into: "```\n# 甲\n```\n") }
    #expect(throws: CoWritingError.self) { try place("新", "甲", into: "#甲\n####### 甲\n") }
    #expect(try place("新", "甲", into: "~~~\n# x\n~~~\n# 甲 ##\n旧") == "~~~\n# x\n~~~\n# 甲 ##\n\n新")
    #expect(try place("新", "甲", into: "# 甲\r\n旧\r\n# 乙\r\n") == "# 甲\n\n新\n\n# 乙\r\n")
    #expect(try place("新", "甲", into: "# 甲\r\n旧\r\n#\r\n尾") == "# 甲\n\n新\n\n#\r\n尾")
  }

  @Test func bigDocumentsAreQuick() throws {
    let content = String(repeating: "## 节 #####\n" + String(repeating: "字", count: 300) + "\n", count: 10_000)
    #expect(try place("新", "节", into: content).utf8.count < content.utf8.count)
    #expect(throws: CoWritingError.self) { try place("新", "x", into: String(repeating: "#", count: 4 << 20)) }
    #expect(throws: CoWritingError.self) { try place("新", "x", into: "# " + String(repeating: "#", count: 4 << 20) + "\n") }
  }
}
