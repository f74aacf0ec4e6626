import Testing

@testable import Typesetting

@Suite struct MarkdownWriterTests {
  private func written(_ markdown: String, _ options: RenderOptions = bareOptions()) throws -> String {
    String(decoding: try MarkdownWriter.bytes(markdown, try MarkdownReader.read(markdown), options: options), as: UTF8.self)
  }

  @Test func textStaysAsItIs() throws {
    let text = "# a\n\n<b>*x*</b>\t|\n"
    #expect(try written(text) == text)
    #expect(try written("a") == "a\n")
  }

  @Test func headIsYAMLWhateverItHolds() throws {
    let options = bareOptions {
      $0.hasMetadataPage = true
      $0.metadata = DocumentMetadata(title: "a: \"b\" \\ c\n---\nd: e", author: "- x # y")
      $0.metadata.keywords = ["甲, 乙", "]"]
      $0.metadata.created = 1_704_067_200_000_000
      $0.metadata.details = [.init(name: "项目", value: "\u{1}\u{85}")]
    }
    let expected = """
      ---
      title: "a: \\"b\\" \\\\ c\\n---\\nd: e"
      author: "- x # y"
      keywords: ["甲, 乙", "]"]
      created: 2024-01-01T00:00:00Z
      details:
        "项目": "\\u0001\\u0085"
      ---

      x

      """
    #expect(try written("x\n", options) == expected)
  }

  @Test func contentsAndAppendixAreMarkdown() throws {
    let options = bareOptions {
      $0.hasTableOfContents = true
      $0.versions = [VersionEntry(number: "1", date: 0, author: "a|b", summary: "c\nd")]
    }
    let text = try written("## 一、总则\n\n### Some *Thing*!\n\n## 一、总则\n", options)
    #expect(text.hasPrefix("**目录**\n\n- [一、总则](#一总则)\n  - [Some Thing!](#some-thing)\n- [一、总则](#一总则-1)\n\n## 一、总则"))
    #expect(text.hasSuffix("| 1 | 1970-01-01 00:00 UTC | a\\|b | c d |\n"))
    // What was written is read back as a table.
    guard case .table(let table)? = try MarkdownReader.read(text).blocks.last else { return #expect(Bool(false), "no table") }
    #expect(table.rows.count == 1 && table.rows[0].count == 4)
  }
}
