import Console
import Testing

struct DisplayWidthTests {
  @Test(
    "Chinese takes two columns, marks none",
    arguments: [
      ("", 0), ("abc", 3), ("中文", 4), ("，。！", 6), ("ｱｲｳ", 3), ("ＡＢ", 4), ("한글", 4), ("\u{1112}\u{1161}\u{11ab}", 2), ("e\u{301}", 1),
      ("a\u{200b}b", 2), ("\u{feff}x", 1), ("😀", 2), ("🇨🇳", 2), ("𠮷", 2), ("é", 1), ("…", 1), ("かな", 4), ("〒", 2),
    ])
  func widths(_ text: String, _ columns: Int) { #expect(DisplayWidth.of(text) == columns) }

  @Test(
    "What does not fit loses its end and gets an ellipsis",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("中文字符", 8, "中文字符"), ("中文字符", 7, "中文字…"), ("中文字符", 6, "中文…"),
      ("abc", 1, "…"), ("abc", 0, ""), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
    ])
  func cut(_ text: String, _ columns: Int, _ expected: String) {
    #expect(DisplayWidth.cut(text, to: columns) == expected)
    #expect(DisplayWidth.of(DisplayWidth.cut(text, to: columns)) <= columns)
  }
}
