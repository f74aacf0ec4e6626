import Testing

@testable import Typesetting

@Suite struct LatinQuotesTests {
  /// In the text, `[` and `]` stand around each piece of Latin marks.
  @Test(arguments: [
    "it[’]s", "O[’]Brien and users[’] data", "covers [“]all foreseeable[”] releases", "is [“]unlikely[”].", "([‘]a[’])", "[“]HTTP[”]",
    "使用“HTTP”协议", "，“HTTP”。", "他说“好”，it[’]s", "“中文 and English”", "使用 [“]HTTP[”] 协议", "”“", "“”", "“", "”", "“中", "’90年代",
    "a “b ‘中’ c”", "x ‘中’ y",
  ])
  func marksAreToldApart(marked: String) {
    let text = marked.filter { $0 != "[" && $0 != "]" }
    let result = LatinQuotes.split(text).map { $0.isLatin ? "[\($0.text)]" : $0.text }.joined()
    #expect(result == marked)
    #expect(LatinQuotes.split(text).map(\.text).joined() == text)
  }

  @Test func manyMarksTakeTimeInProportion() {
    let text = String(repeating: "“", count: 200_000) + String(repeating: "’”", count: 100_000)
    #expect(LatinQuotes.split(text).map(\.text).joined() == text)
  }
}
