import Protobuf
import Testing

@testable import LanguageModel

@Suite struct DocumentEndTests {
  @Test func aShortDocumentIsThereWhole() {
    #expect(DocumentEnd.text(of: "全文", charactersMax: 100) == "全文")
    #expect(DocumentEnd.text(of: "", charactersMax: 100) == "")
  }

  @Test(arguments: [
    // 7 characters are the note's.
    ("前面一段很长很长很长\n\n后面一段很长", 17, "（前文从略）\n后面一段很长"), ("一行一行一行一行\n二行\n三行四行五行", 17, "（前文从略）\n二行\n三行四行五行"),
    ("没有段落的长长长长长长长长长长文本", 15, "（前文从略）\n长长长长长长文本"), ("太短", 1, ""),
  ])
  func itBeginsWithAParagraph(document: String, charactersMax: Int, end: String) {
    let text = DocumentEnd.text(of: document, charactersMax: charactersMax)
    #expect(text == end)
    #expect(text.unicodeScalars.count <= charactersMax)
  }

  @Test func headingsAreThoseOutsideOfCode() {
    let text = "# 一\n正文 # 不是\n```\n# 代码\n```\n### 二\n#没有空格\n####### 七\n## 三"
    #expect(DocumentEnd.headings(of: text, max: 10) == ["# 一", "### 二", "## 三"])
    #expect(DocumentEnd.headings(of: text, max: 2) == ["### 二", "## 三"])
  }

  @Test func headingsAreFoundWhateverEndsALine() {
    #expect(DocumentDigest(of: "# 一\r\n正文\r\n## 二\r\n").headings == ["# 一", "## 二"])
    #expect(DocumentDigest(of: "# 一").headings == ["# 一"] && DocumentDigest(of: "").headings.isEmpty)
  }

  @Test func aDigestOfAnyDocumentIsSmall() {
    let text = (1...30_000).map { "# 第\($0)节\n正文。\u{0}" }.joined(separator: "\n")
    let digest = DocumentDigest(of: text)
    #expect(digest.headings.count == 500 && digest.headings.first == "# 第29501节" && digest.headings.last == "# 第30000节")
    #expect(digest.end.unicodeScalars.count <= 20_000 && digest.end.hasSuffix("正文。") && digest.end.unicodeScalars.count > 12_000)
    let line = DocumentDigest(of: "# " + String(repeating: "长", count: 1_000_000))
    #expect(line.headings.map(\.unicodeScalars.count) == [201])
  }

  @Test func formsAreFlatAndBounded() {
    let deep: GoogleProtobuf.Struct = [
      "a": ["b": ["c": ["d": ["e": 1]]]], "list": [["x": 1], ["x": 2.5], "plain"], "empty": "", "none": nil,
    ]
    #expect(
      FormFacts.flatten(deep) == [
        .init(path: "list", value: "plain"), .init(path: "list.1.x", value: "1"), .init(path: "list.2.x", value: "2.5"),
      ])
    let wide = GoogleProtobuf.Struct((0..<1_000).map { ("k\($0)", .init(.stringValue(String(repeating: "值", count: 600)))) })
    let named = GoogleProtobuf.Struct([(String(repeating: "名", count: 9_000), .init(.numberValue(1)))])
    #expect(FormFacts.flatten(named).first?.path.unicodeScalars.count == 200)
    #expect(FormFacts.flatten(wide).count == 200 && FormFacts.flatten(wide)[0].value.unicodeScalars.count == 501)
  }
}
