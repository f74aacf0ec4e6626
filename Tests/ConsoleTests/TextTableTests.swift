import Console
import Testing

struct TextTableTests {
  static let columns: [TextTable.Column] = [.init("id"), .init("title", isElastic: true), .init("size", isNumber: true)]

  @Test("Columns are as wide as what is in them, Chinese counted double")
  func aligned() {
    var table = TextTable(Self.columns)
    #expect(
      table.lines([["1", "无法导出", "5"], ["22", "login", "1024"]]) == [
        "id  title     size", "1   无法导出     5", "22  login     1024",
      ])
  }

  @Test("Later batches stand under the first one's columns; where nobody cuts, longer cells push")
  func batches() {
    var table = TextTable(Self.columns)
    _ = table.lines([["1", "ab", "5"]])
    #expect(table.lines([["2", "c", "6"], ["3", "longer than that", "7"]]) == ["2   c         6", "3   longer than that     7"])
  }

  @Test("A narrow screen cuts elastic columns, the widest first, and never an id")
  func cut() {
    let columns: [TextTable.Column] = [.init("id"), .init("a", isElastic: true), .init("b", isElastic: true)]
    var table = TextTable(columns, screenColumns: 40)
    let lines = table.lines([[String(repeating: "7", count: 24), String(repeating: "x", count: 30), "short"]])
    #expect(lines[1] == String(repeating: "7", count: 24) + "  xxxxxxx…  short")
    var tiny = TextTable(columns, screenColumns: 10)
    #expect(tiny.lines([["777777777777", "abcdefghijkl", "b"]])[1] == "777777777777  abcdefg…  b")
  }

  @Test("What users wrote cannot make a row or leave the table")
  func harmless() {
    var table = TextTable([.init("name")])
    #expect(table.lines([["a\nid  admin\u{1b}[1A"]]) == ["name", "a id  admin\u{fffd}[1A"])
  }

  @Test("Titles are bold where that is wanted; no rows are no mistake")
  func styled() {
    var table = TextTable(Self.columns, isStyled: true)
    #expect(table.lines([]) == ["\u{1b}[1mid  title  size\u{1b}[0m"])
  }
}
