import Testing

@testable import Typesetting

@Suite struct MarkdownReaderTests {
  private func blocks(_ markdown: String) throws -> [Block] { try MarkdownReader.read(markdown).blocks }

  @Test func blocksKeepTheirOrderAndNesting() throws {
    let blocks = try blocks("# 标题\n\n段落\n\n> 引用\n\n- a\n  - b\n\n3. c\n4. d\n\n---\n")
    #expect(blocks.count == 6)
    #expect(blocks[0] == .heading(level: 1, content: [.text("标题")]))
    #expect(blocks[1] == .paragraph([.text("段落")]))
    #expect(blocks[2] == .quote([.paragraph([.text("引用")])]))
    let inner = List(isOrdered: false, start: 0, items: [ListItem(blocks: [.paragraph([.text("b")])])])
    #expect(blocks[3] == .list(List(isOrdered: false, start: 0, items: [ListItem(blocks: [.paragraph([.text("a")]), .list(inner)])])))
    guard case .list(let ordered) = blocks[4] else { return #expect(Bool(false), "no list: \(blocks[4])") }
    #expect(ordered.isOrdered && ordered.start == 3 && ordered.items.count == 2)
    #expect(blocks[5] == .rule)
  }

  @Test func tableHasAlignmentsAndRowsOfOneLength() throws {
    guard case .table(let table)? = try blocks("| a | b | c |\n|:--|:-:|--:|\n| 1 |\n| 1 | 2 | 3 | 4 |\n").first else {
      return #expect(Bool(false), "no table")
    }
    #expect(table.alignments == [.left, .center, .right])
    #expect(table.head == [[.text("a")], [.text("b")], [.text("c")]])
    #expect(table.rows == [[[.text("1")], [], []], [[.text("1")], [.text("2")], [.text("3")]]])
  }

  @Test func inlinesOfEveryKind() throws {
    let content = try blocks("*a* **b** ~~c~~ `d` [e](https://x.cn) ![f](g.png \"h\")")
    #expect(
      content == [
        .paragraph([
          .emphasis([.text("a")]), .text(" "), .strong([.text("b")]), .text(" "), .strikethrough([.text("c")]), .text(" "),
          .code("d"), .text(" "), .link(address: "https://x.cn", content: [.text("e")]), .text(" "),
          .image(source: "g.png", title: "h", alternative: "f"),
        ])
      ])
  }

  @Test func taskItemsKnowWhetherTheyAreDone() throws {
    guard case .list(let list)? = try blocks("- [x] a\n- [ ] b\n- c\n").first else { return #expect(Bool(false), "no list") }
    #expect(list.items.map(\.isChecked) == [true, false, nil])
  }

  @Test func footnotesComeInTheOrderOfTheirReferences() throws {
    let tree = try MarkdownReader.read("x[^b] y[^a] z[^b]\n\n[^a]: 甲\n[^b]: 乙\n")
    #expect(tree.footnotes == [Footnote(blocks: [.paragraph([.text("乙")])]), Footnote(blocks: [.paragraph([.text("甲")])])])
    #expect(
      tree.blocks == [
        .paragraph([
          .text("x"), .footnoteReference(number: 1), .text(" y"), .footnoteReference(number: 2), .text(" z"),
          .footnoteReference(number: 1),
        ])
      ])
  }

  @Test func softBreakIsNothingBetweenChineseAndASpaceElsewhere() throws {
    #expect(try blocks("中文\n继续") == [.paragraph([.text("中文继续")])])
    #expect(try blocks("中文\nabc\ndef") == [.paragraph([.text("中文 abc def")])])
    #expect(try blocks("中\n**文**") == [.paragraph([.text("中 "), .strong([.text("文")])])])
  }

  @Test func rawMarkupBecomesText() throws {
    #expect(try blocks("<script>alert(1)</script>") == [.paragraph([.text("<script>alert(1)</script>")])])
    #expect(try blocks("a <b onclick=x>c</b>") == [.paragraph([.text("a <b onclick=x>c</b>")])])
    #expect(try blocks("a<br/>b") == [.paragraph([.text("a"), .lineBreak, .text("b")])])
  }

  @Test func controlCharactersAreReplaced() throws {
    #expect(try blocks("a\u{0}b\u{1}c&#7;d\u{85}e\u{FFFE}") == [.paragraph([.text("a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}")])])
    #expect(try blocks("```\na\u{1B}\tb\n```") == [.code(language: "", text: "a\u{FFFD}\tb\n")])
  }

  @Test(arguments: [
    ("见 https://a.cn/b?c=1。", "https://a.cn/b?c=1", "https://a.cn/b?c=1"), ("(www.a.cn)", "www.a.cn", "http://www.a.cn"),
    ("http://a.cn/(x)).", "http://a.cn/(x)", "http://a.cn/(x)"),
  ])
  func bareAddressIsALink(text: String, shown: String, address: String) throws {
    guard case .paragraph(let content)? = try blocks(text).first else { return #expect(Bool(false), "no paragraph") }
    #expect(content.contains(.link(address: address, content: [.text(shown)])))
    #expect(content.plainText == text)
  }

  @Test func addressWithinALinkOrAWordIsNone() throws {
    #expect(try blocks("xhttp://a.cn") == [.paragraph([.text("xhttp://a.cn")])])
    #expect(
      try blocks("[http://a.cn](http://b.cn)") == [.paragraph([.link(address: "http://b.cn", content: [.text("http://a.cn")])])])
  }
}
