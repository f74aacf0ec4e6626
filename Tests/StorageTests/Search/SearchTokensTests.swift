import Testing

@testable import Storage

@Suite struct SearchTokensTests {
  private func tokens(_ texts: [String], bytesMax: Int = .max) -> String {
    SearchDocument(key: 1, texts: texts).tokens(bytesMax: bytesMax).replacing("\u{80}", with: "|")
  }

  @Test(arguments: [
    ("导出报表", "导出 出报 报表 | |导 |出 |报 |表"),
    ("报", "| |报"),
    ("报表，表示", "报表 | 表示 | |报 |表 |示"),
    ("VIP卡号3", "vip 卡 卡号 号 3 | |卡 |号"),
    ("第12张", "第 12 张 | |第 |张"),
    ("3月 5日", "3 月 5 日 | |月 |日"),
    ("Hello, WORLD-2", "hello world 2 |"),
    ("ＡＢ（１２）", "ab 12 |"),
    ("Ünïcode ΣΑΣ", "ünïcode σασ |"),
    ("a\u{200d}b c\u{ad}d", "ab cd |"),
    ("好👍🏽", "好👍 👍🏽 | |好 |👍 |🏽"),
    ("カタ・カナ한글ไทย", "カタ | カナ ナ한 한글 글ไ ไท ทย | |カ |タ |ナ |한 |글 |ไ |ท |ย"),
    ("𠮷野", "𠮷野 | |𠮷 |野"),
    ("\u{80}x\u{80}", "x |"),
    ("", "|"),
    ("…… \n", "|"),
  ])
  func textsBecomeTokens(text: String, expected: String) {
    #expect(tokens([text]) == expected)
  }

  @Test func noPhraseReachesFromOneTextIntoTheNext() {
    #expect(tokens(["导出", "报表"]) == "导出 | 报表 | |导 |出 |报 |表")
    #expect(tokens(["a", "b"]) == "a | b |")
  }

  @Test func onlyTheFirstBytesAreReadAndWholeCharacters() {
    #expect(tokens(["导出", "报表"], bytesMax: 9) == "导出 | | |导 |出 |报".replacing("| | |导", with: "| | |导"))
    #expect(tokens(["导出", "报表"], bytesMax: 5) == "| | |导".replacing("| | ", with: "| | "))
    #expect(tokens(["导出", "报表"], bytesMax: 0) == "")
  }

  @Test(arguments: [
    ("导出报表", #""导出 出报 报表""#),
    ("导", "\"|导\""),
    ("导 出", "\"|导\" AND \"|出\""),
    ("报表 excel", #""报表" AND "excel""#),
    ("报表Excel", #""报表 表 excel""#),
    ("vip卡", #""vip 卡""#),
    ("vip卡号3", #""vip 卡 卡号 号 3""#),
    ("卡3", #""卡 3""#),
    ("2024-01-01", #""2024 01 01""#),
    ("导出，报表", #""导出" AND "报表""#),
    ("Ｃ＋＋", #""c""#),
    ("a a A", #""a""#),
    (#"" OR x*"#, #""or" AND "x""#),
    ("\u{3000}报表\u{3000}", #""报表""#),
  ])
  func queriesBecomeExpressions(text: String, expected: String) {
    #expect(SearchQuery(text)?.match.replacing("\u{80}", with: "|") == expected)
  }

  @Test(arguments: ["", " ", "++", "，。", "\u{80}", "\u{200b}"])
  func nothingToLookForIsNoQuery(text: String) {
    #expect(SearchQuery(text) == nil)
  }
}
