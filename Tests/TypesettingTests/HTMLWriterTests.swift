import Foundation
import Testing

@testable import Typesetting

@Suite struct HTMLWriterTests {
  private func html(_ markdown: String, _ options: RenderOptions = bareOptions(), images: ImageSource = .none) throws -> String {
    String(decoding: try HTMLWriter.bytes(try MarkdownReader.read(markdown), options: options, images: images), as: UTF8.self)
  }

  @Test func nothingActiveComesThrough() throws {
    let text = try html(
      """
      <script>alert(1)</script>

      a <img src=x onerror=alert(1)> [b](javascript:alert(1)) [c](data:text/html,x) ![d](https://a.cn/d.png) `</code><script>`

      ```"><script>
      </pre><script>
      ```
      """,
      bareOptions {
        $0.header = "</style><script>\"\\"
        $0.footer = "\"; } body { background: url(https://a.cn) } \""
        $0.watermark = Watermark(text: "<script>")
        $0.metadata = DocumentMetadata(title: "</title><script>", author: "\"><script>")
      })
    #expect(!text.contains("<script"))
    #expect(!text.contains("<img") && !text.contains("onerror=alert(1)>") && !text.contains("href=\"javascript"))
    #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(text.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\""))
    // Only the end of the sheet ends the sheet.
    #expect(text.components(separatedBy: "</style>").count == 2)
    #expect(text.contains("\\3c /style\\3e \\3c script\\3e \\22 \\5c "))
  }

  @Test func structureIsTheDocuments() throws {
    let text = try html(
      "# 一\n\n## 二\n\n- [x] a\n\n3. b\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n\nx[^1]\n\n[^1]: 注\n",
      bareOptions { $0.hasTableOfContents = true })
    #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"zh-CN\">"))
    #expect(text.contains("<h1 id=\"section-1\" class=\"title\">一</h1>") && text.contains("<h2 id=\"section-2\">二</h2>"))
    #expect(text.contains("<a href=\"#section-2\">二</a>"))
    #expect(text.contains("<input type=\"checkbox\" disabled checked>") && text.contains("<ol start=\"3\">"))
    #expect(text.contains("<th class=\"c\">a</th><th class=\"r\">b</th>") && text.contains("<td class=\"c\">1</td>"))
    #expect(text.contains("<a href=\"#note-1\" id=\"reference-1\">[1]</a>") && text.contains("<li id=\"note-1\">"))
  }

  @Test func contentsNestAndClose() throws {
    let text = try html("## a\n\n### b\n\n#### x\n\n## c\n\n# d\n\n### e\n", bareOptions { $0.hasTableOfContents = true })
    let start = try #require(text.range(of: "<nav"))
    let end = try #require(text.range(of: "</nav>"))
    let contents = text[start.lowerBound..<end.upperBound]
    #expect(contents.components(separatedBy: "<ul>").count == contents.components(separatedBy: "</ul>").count)
    #expect(contents.components(separatedBy: "<li>").count == contents.components(separatedBy: "</li>").count)
    #expect(contents.components(separatedBy: "<li>").count == 6)
  }

  @Test func picturesAreInside() throws {
    let image = try #require(Image(grayPNG(width: 4, height: 2)))
    let text = try html("![图\">](a.png)", images: ImageSource { _ in image })
    #expect(text.contains("<img src=\"data:image/png;base64,iVBOR") && text.contains("alt=\"图&quot;&gt;\""))
  }

  @Test func pictureShownOftenHasALimit() throws {
    let image = try #require(Image(grayPNG(width: 400, height: 100)))
    let tree = try MarkdownReader.read(String(repeating: "![](a.png)", count: 1_000))
    #expect(throws: TypesettingError.tooComplex(.outputBytes, limit: 1_000_000)) {
      try HTMLWriter.bytes(tree, options: bareOptions { $0.outputBytesMax = 1_000_000 }, images: ImageSource { _ in image })
    }
  }

  @Test func captionsStandInTheMiddle() throws {
    let image = try #require(Image(grayPNG(width: 4, height: 2)))
    let text = try html("![](a.png)\n\n图一 平面\n\n表 A.1\n\n| a |\n|---|\n\n图 2\n", images: ImageSource { _ in image })
    #expect(text.contains("<p class=\"picture keep\">") && text.contains("<p class=\"caption\">图一 平面</p>"))
    #expect(text.contains("<p class=\"caption keep\">表 A.1</p>") && text.contains("<p>图 2</p>"))
  }

  @Test func columnsHaveTheirWidths() throws {
    let text = try html("| 号 | 说明 |\n|---|---|\n| 1 | \(String(repeating: "很长的说明。", count: 30)) |\n")
    let widths = text.matches(of: /<col style="width: ([0-9.]+)%">/).compactMap { Double($0.1) }
    #expect(widths.count == 2 && widths[0] > 4 && widths[0] < 10 && abs(widths[0] + widths[1] - 100) < 0.3)
  }

  @Test func latinQuotesAndAddressesHaveTheirLook() throws {
    let text = try html("it’s “中” https://a.cn [b](https://b.cn)")
    #expect(
      text.contains("it<span class=\"q\">’</span>s “中” <a class=\"u\" href=\"https://a.cn\"") && text.contains("<a href=\"https://b.cn\""))
  }

  @Test func pageRulesComeFromTheSetup() throws {
    let text = try html(
      "x",
      bareOptions {
        $0.page = PageSetup(size: .a5, orientation: .landscape, fontSize: 14, lineHeight: 2)
        $0.hasPageNumbers = true
      })
    #expect(text.contains("@page { size: 210.0mm 148.0mm; margin: 2.54cm 1.91cm 2.54cm 1.91cm;"))
    #expect(text.contains("font-size: 14.0pt; line-height: 2.0;") && text.contains("counter(pages)"))
  }
}
