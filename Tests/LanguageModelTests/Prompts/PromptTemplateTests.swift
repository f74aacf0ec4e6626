import LanguageModel
import Testing

@Suite struct PromptTemplateTests {
  static func malformed(_ text: String) -> PromptTemplate.Malformed? {
    do throws(PromptTemplate.Malformed) {
      _ = try PromptTemplate(parsing: text)
      return nil
    } catch { return error }
  }

  @Test func placeholdersGetTheirValues() throws {
    let template = try PromptTemplate(parsing: "请为{industry_type}企业生成{document_type}，重点包括{key_points}；{industry_type}")
    #expect(template.names == ["industry_type", "document_type", "key_points"])
    #expect(
      try template.filled(with: ["industry_type": "化工", "document_type": "预案", "key_points": "{泄漏}", "other": "x"])
        == "请为化工企业生成预案，重点包括{泄漏}；化工")
  }

  @Test(arguments: [
    ("{{}}", "{}"), ("{{{a}}}", "{A}"), ("a{{b}}c", "a{b}c"), ("{a}{a}", "AA"), ("", ""), ("{a.b_1}", "B"), ("}}{{", "}{"),
    ("{{a}}", "{a}"),
  ])
  func bracesCanBeWritten(text: String, filled: String) throws {
    #expect(try PromptTemplate(parsing: text).filled(with: ["a": "A", "a.b_1": "B"]) == filled)
  }

  @Test(arguments: [
    ("{", 1), ("a{b", 2), ("}", 1), ("ab}", 3), ("{}", 1), ("{a b}", 3), ("{中文}", 2), ("{a{b}}", 3), ("环境{a-b}", 5), ("{{{a}}", 6),
    ("{{}", 3),
  ])
  func whatIsMalformedIsSaidWithItsPlace(text: String, position: Int) throws {
    let error = try #require(Self.malformed(text))
    #expect(error.position == position)
    #expect(error.description.contains("第\(position)个字符"))
  }

  @Test func allMissingValuesAreNamed() throws {
    let template = try PromptTemplate(parsing: "{a}{b}{c}{a}")
    let error = #expect(throws: PromptTemplate.MissingValues.self) { try template.filled(with: ["b": ""]) }
    #expect(error?.names == ["a", "c"] && error?.description == "模板缺少占位符的值：{a}、{c}")
  }

  @Test func templatesHaveLimits() throws {
    #expect(Self.malformed("{" + String(repeating: "a", count: 64) + "}") == nil)
    #expect(Self.malformed("{" + String(repeating: "a", count: 65) + "}")?.position == 1)
    #expect(Self.malformed(String(repeating: "环", count: 20_000)) == nil)
    #expect(Self.malformed(String(repeating: "环", count: 20_001)) != nil)
    #expect(Self.malformed((0..<101).map { "{n\($0)}" }.joined()) != nil)
    let template = try PromptTemplate(parsing: "{a}{a}")
    #expect(throws: PromptTemplate.TooLong(charactersMax: 50_000)) {
      try template.filled(with: ["a": String(repeating: "x", count: 25_001)])
    }
  }
}
