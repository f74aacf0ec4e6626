import Testing

@testable import LanguageModel

@Suite struct EnumerationTests {
  @Test(arguments: [
    ("请生成环保应急预案的应急响应部分，包括应急组织机构、应急响应程序和应急处置措施", ["应急组织机构", "应急响应程序", "应急处置措施"]),
    ("请生成环保应急预案的总则部分，包括编制目的、依据和适用范围", ["编制目的", "依据", "适用范围"]), ("重点包括风险源辨识和应急监测等内容。另外请注意格式", ["风险源辨识", "应急监测"]),
    ("考虑大气、地表水、噪声等因素", ["大气", "地表水", "噪声"]), ("内容：1. 目的：为什么\n2、范围\n（三）原则", ["目的", "范围", "原则"]),
    ("包括：1、编制目的；2、编制依据；3、适用范围。其他不写", ["编制目的", "编制依据", "适用范围"]),
    ("- 甲项\n- 乙项\n- 甲项", ["甲项", "乙项"]),
    ("涵盖“监测计划”、“管理制度”以及“信息公开”。", ["监测计划", "管理制度", "信息公开"]), ("请写一份总结", []), ("包括企业概况", []), ("包括和平", []), ("", []),
    ("主要涉及化学品泄漏应急处理", []), ("包括水、气、声和固废", []),
  ])
  func theItemsAWishNames(text: String, items: [String]) {
    #expect(Enumeration.items(in: text) == items)
  }

  @Test func thereIsAnEndToThem() {
    let text = "包括" + (0..<500).map { "项目\($0)" }.joined(separator: "、")
    #expect(Enumeration.items(in: text).count == 12)
    #expect(Enumeration.items(in: "包括" + String(repeating: "长", count: 10_000) + "、短的").isEmpty)
  }

  /// Wishes are strangers' texts, and their parts are looked for on a loop that serves others.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      String(repeating: "包括", count: 25_000), String(repeating: "包括、", count: 16_000), String(repeating: "1.甲乙；", count: 10_000),
      String(repeating: "以及和与或", count: 10_000), "包括" + String(repeating: "甲、", count: 25_000),
    ])
  func noTextTakesLong(text: String) { #expect(Enumeration.items(in: text).count <= Enumeration.itemsMax) }
}
