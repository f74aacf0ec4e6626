import Testing

@testable import Typesetting

/// Documents made at random from what Markdown, fonts and file formats stumble over: nothing may trap, and whatever fails says which limit
/// it passed.
@Suite struct RandomDocumentTests {
  private static let pieces = [
    "中文", "应急预案", "“", "”", "‘", "’", "《", "》", "（", "）", "——", "……", "，", "。", "a", "word ", "12.5 mg/m³", " ", "\n", "\n\n", "*",
    "**", "_", "~~", "`", "``", "\n```\n", "[", "]", "(", ")", "![", "](", "[^1]", "\n[^1]: ", "\n[^a]: ", "<", ">", "&amp;", "&#0;",
    "&#xD800;", "|", "\n|a|b|\n|-|:-:|\n|", "\n|---|\n", "\n- ", "\n1. ", "\n999999999) ", "\n- [ ] ", "\n- [x] ", "\n> ", "\n    ", "\t",
    "\\",
    "\\\n", "#", "\n# ", "\n## ", "\n###### ", "\n===\n", "\n---\n", "http://", "https://a.b/c?d=e#f", "www.", "<br>", "<script>", "<!--",
    "<https://x.y>", "𠮷", "😀", "👨‍👩‍👧‍👦", "e\u{301}", "\u{301}", "\u{200D}", "\u{200B}", "\u{202E}", "\u{2067}", "\u{FEFF}", "\u{FFFC}", "\u{AD}",
    "\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FFFF}", "&#xFDD0;", "\u{10FFFF}", "مرحبا", "שלום", "ไทยภาษา", "日本語", "한국어",
    "हिन्दी", "ﷺ", "\r", "\r\n", "\u{B}", "\u{3000}", "\u{A0}", "data:image/png;base64,iVBORw0KGgo=",
    "![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==)",
    "![y](data:image/jpeg;base64,/9j/wAARCAABAAEDAREAAhEBAxEB)", "[l](http://x)", "[r]", "\n[r]: http://u 'ti\"t'\n", "：",
  ]

  /// SplitMix64, so that each seed gives the same document everywhere.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static func text(_ generator: inout Generator) -> String {
    var text = ""
    var piece = ""
    for _ in 0..<Int.random(in: 1...120, using: &generator) {
      if Int.random(in: 0..<6, using: &generator) > 0 { piece = pieces.randomElement(using: &generator) ?? "" }
      text += String(repeating: piece, count: Int.random(in: 0..<40, using: &generator) == 0 ? 30 : 1)
    }
    return text
  }

  private static func options(_ text: String, _ generator: inout Generator) -> RenderOptions {
    var options = RenderOptions()
    options.page.size = PageSetup.Size.allCases.randomElement(using: &generator) ?? .a4
    options.page.orientation = Bool.random(using: &generator) ? .portrait : .landscape
    options.page.fontSize = [5, 12, 12, 48, .nan].randomElement(using: &generator) ?? 12
    options.page.lineHeight = [1, 1.5, 4, -1].randomElement(using: &generator) ?? 1
    options.page.margins = Bool.random(using: &generator) ? .narrow : .init(top: 50, bottom: 0, left: -3, right: 90)
    options.hasTableOfContents = Bool.random(using: &generator)
    options.hasMetadataPage = Bool.random(using: &generator)
    options.header = String(text.prefix(30))
    options.footer = String(text.suffix(60))
    options.watermark = Watermark(text: String(text.prefix(8)), opacity: [0, 0.1, 1, .nan].randomElement(using: &generator) ?? 0)
    options.metadata = DocumentMetadata(title: String(text.prefix(20)), author: String(text.suffix(9)))
    options.versions = [VersionEntry(number: "1", date: .min / 4, author: "", summary: String(text.prefix(50)))]
    return options
  }

  @Test(arguments: 1...30)
  func anythingIsSetOrRefused(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let text = Self.text(&generator)
    let options = Self.options(text, &generator)
    do {
      let tree = try MarkdownReader.read(text)
      #expect(try PDFWriter.bytes(tree, options: options).starts(with: "%PDF-1.5".utf8))
      #expect(try DOCXWriter.bytes(tree, options: options).starts(with: "PK".utf8))
      #expect(try HTMLWriter.bytes(tree, options: options).starts(with: "<!DOCTYPE html>".utf8))
      #expect(try !MarkdownWriter.bytes(text, tree, options: options).isEmpty)
    } catch TypesettingError.tooComplex {
      // Said plainly.
    }
  }
}
