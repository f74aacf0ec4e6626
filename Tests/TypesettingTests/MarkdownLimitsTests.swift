import Testing

@testable import Typesetting

/// Each of these kept libcmark-gfm, or a reader without limits, busy for minutes or gigabytes at 16 MiB.
@Suite struct MarkdownLimitsTests {
  private func error(_ markdown: String) -> TypesettingError? {
    do {
      _ = try MarkdownReader.read(markdown)
      return nil
    } catch let error as TypesettingError {
      return error
    } catch {
      return .failed("\(error)")
    }
  }

  private func what(_ markdown: String) -> TypesettingError.What? {
    guard case .tooComplex(let what, _)? = error(markdown) else { return nil }
    return what
  }

  @Test func inputHasALimit() {
    #expect(what(String(repeating: "a", count: 16 << 20 + 1)) == .inputBytes)
    #expect(what(String(repeating: "a\n", count: 300_001)) == .lines)
  }

  @Test(arguments: [">", "> ", "- ", "1. ", ">- "])
  func nestingOfBlocksHasALimit(marker: String) {
    #expect(what(String(repeating: marker, count: 65) + "a") == .nesting)
    #expect(error(String(repeating: marker, count: 10) + "a") == nil)
  }

  @Test func nestingByIndentationHasALimit() {
    let stairs = (0..<200).map { String(repeating: "  ", count: $0) + "- a\n" }.joined()
    #expect(what(stairs) == .nesting)
  }

  @Test func nestingOfInlinesHasALimit() {
    let marks = String(repeating: "*", count: 400)
    #expect(what(marks + "a" + marks) == .nesting)
  }

  @Test func markupHasALimit() {
    #expect(what(String(repeating: "*a_", count: 400_000)) == .markup)
    #expect(what(String(repeating: "[", count: 700_000)) == .markup)
  }

  @Test func tablesHaveLimits() {
    let columns = 65
    #expect(
      what(String(repeating: "|a", count: columns) + "|\n" + String(repeating: "|-", count: columns) + "|\n") == .tableColumns)
    let wide = String(repeating: "|a", count: 50) + "|\n" + String(repeating: "|-", count: 50) + "|\n"
    #expect(what(wide + String(repeating: "x\n", count: 20_000)) == .tableCells)
    #expect(what(String(repeating: "a\n", count: 500) + "|-|\n") == .paragraphBeforeTable)
    #expect(error("```\n" + String(repeating: "a\n", count: 500) + "-----\n```\n") == nil)
  }

  @Test func footnotesHaveALimit() {
    let notes = (0..<5_001).map { "[^\($0)]: x\n\n" }.joined() + (0..<5_001).map { "[^\($0)]" }.joined(separator: " ")
    #expect(what(notes) == .footnotes)
  }

  @Test func longLinesAndManyBracketsAreRead() throws {
    let line = String(repeating: "中文，abc ", count: 700_000)
    guard case .paragraph(let content)? = try MarkdownReader.read(line).blocks.first else { return #expect(Bool(false), "no paragraph") }
    #expect(content.count == 1)
    #expect(error(String(repeating: "[a](<b", count: 50_000)) == nil)
    #expect(error(String(repeating: "![l", count: 50_000)) == nil)
    #expect(error(String(repeating: "http://a<", count: 50_000)) == nil)
  }

  /// libcmark-gfm copies a definition's address into each link: this would be two gigabytes.
  @Test func longAddressIsSharedByAllLinksToIt() throws {
    let address = "http://a.cn/" + String(repeating: "路", count: 30_000)
    let title = String(repeating: "题", count: 30_000)
    let text = String(repeating: "[a] ![b][B]\n\n", count: 10_000) + "[a]: \(address) '\(title)'\n[b]: <\(address)>"
    let tree = try MarkdownReader.read(text)
    #expect(tree.blocks.count == 10_000)
    guard case .paragraph(let content)? = tree.blocks.last else { return #expect(Bool(false), "no paragraph") }
    #expect(content.contains(.link(address: address, content: [.text("a")])))
    #expect(content.contains(.image(source: address, title: "", alternative: "b")))
  }

  @Test func textIsReadToItsEnd() throws {
    #expect(try MarkdownReader.read("```\na").blocks == [.code(language: "", text: "a\n")])
    #expect(try MarkdownReader.read("> ```\n> a\n").blocks == [.quote([.code(language: "", text: "a\n")])])
    #expect(try MarkdownReader.read("> [a]\n>\n> [a]: /u").blocks == [.quote([.paragraph([.link(address: "/u", content: [.text("a")])])])])
    #expect(try MarkdownReader.read("| a |\n|---|\n| b").blocks.count == 1)
    // The mark that stands for a long address means nothing without one.
    #expect(try MarkdownReader.read("[a](<\u{1}0>)").blocks == [.paragraph([.link(address: "\u{FFFD}0", content: [.text("a")])])])
  }

  @Test func progressEndsTheReading() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try MarkdownReader.read("a") { _ in throw Stop() } }
  }
}
