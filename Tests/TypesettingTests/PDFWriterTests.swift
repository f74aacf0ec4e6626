import Foundation
import Testing

@testable import Typesetting

@Suite struct PDFWriterTests {
  private func pdf(_ markdown: String, _ options: RenderOptions = bareOptions(), images: ImageSource = .none) throws -> [UInt8] {
    try PDFWriter.bytes(try MarkdownReader.read(markdown), options: options, images: images)
  }

  @Test func textComesBackWhole() async throws {
    let text = "为建立健全突发环境事件应急机制，提高企业应对能力，根据《中华人民共和国环境保护法》（2014年修订）制定本预案。“应急”包括：pH值、COD、PM2.5——等指标。"
    let paragraphs = (0..<30).map { _ in text }.joined(separator: "\n\n")
    let copied = try await textWithoutSpace(try pdf(paragraphs))
    #expect(copied == String(repeating: text, count: 30))
  }

  @Test func everyKindOfBlockIsSet() async throws {
    let markdown = """
      # 标题
      > 引用一

      1. 第一
         - 内层
      - [x] 完成

      ```
      let 代码 = 1
      ```

      | 甲 | 乙 |
      |---|--:|
      | 一 | 2 |

      脚注[^1]与~~删去~~

      [^1]: 注释内容
      """
    let copied = try await textWithoutSpace(try pdf(markdown))
    for part in ["标题", "引用一", "1.第一", "内层", "完成", "let代码=1", "脚注[1]与删去", "注释[1]注释内容"] {
      #expect(copied.contains(part), "\(part) in \(copied)")
    }
  }

  @Test func fontsAreEmbeddedAsSubsets() async throws {
    let fonts = try await poppler("pdffonts", try pdf("# 标题\n\n正文 **黑体** `code`")).split(separator: "\n").dropFirst(2)
    #expect(fonts.count == 3)
    // Columns: name, type, encoding, emb, sub, uni.
    #expect(fonts.allSatisfy { $0.contains("yes yes yes") && $0.contains("+") })
  }

  @Test func headerFooterAndNumbersStandOnEachPage() async throws {
    let options = bareOptions {
      $0.hasPageNumbers = true
      $0.header = "页眉文字"
      $0.footer = "页脚文字"
    }
    let bytes = try pdf((0..<60).map { "段落\($0)" }.joined(separator: "\n\n"), options)
    let count = try await pageCount(bytes)
    #expect(count > 1)
    for page in 1...count {
      let text = try await poppler("pdftotext", bytes, ["-f", "\(page)", "-l", "\(page)"], after: ["-"]).filter { !$0.isWhitespace }
      #expect(text.contains("页眉文字") && text.contains("页脚文字第\(page)页/共\(count)页"), "\(text.suffix(40))")
    }
  }

  @Test func contentsNameTheRightPages() async throws {
    let options = bareOptions {
      $0.hasTableOfContents = true
      $0.metadata.title = "书名"
      $0.hasMetadataPage = true
    }
    let chapters = (1...5).map { "## 第\($0)章\n\n" + (0..<40).map { "段落\($0)" }.joined(separator: "\n\n") }
    let bytes = try pdf(chapters.joined(separator: "\n\n"), options)
    let contents = try await poppler("pdftotext", bytes, ["-f", "2", "-l", "2"], after: ["-"]).filter { !$0.isWhitespace }
    for chapter in 1...5 {
      let place = try #require(contents.range(of: "第\(chapter)章"))
      let page = try #require(Int(contents[place.upperBound...].prefix { $0.isNumber }))
      let text = try await poppler("pdftotext", bytes, ["-f", "\(page)", "-l", "\(page)"], after: ["-"]).filter { !$0.isWhitespace }
      #expect(text.contains("第\(chapter)章"), "\(page): \(text.prefix(60))")
    }
    // The outline beside the pages, in UTF-16 as PDF writes it.
    #expect(bytes.contains("/Outlines"))
  }

  @Test func metadataAreTheCallersAndNothingElseChanges() async throws {
    let options = bareOptions {
      $0.metadata = DocumentMetadata(title: "标题 (\\)", author: "张三")
      $0.metadata.subject = "主题"
      $0.metadata.keywords = ["甲", "乙"]
      $0.metadata.created = 1_704_067_200_000_000
      $0.watermark = Watermark(text: "内部")
    }
    let first = try pdf("正文\n\n![图](data:image/png;base64,\(Data(grayPNG(width: 9, height: 9)).base64EncodedString()))", options)
    let second = try pdf("正文\n\n![图](data:image/png;base64,\(Data(grayPNG(width: 9, height: 9)).base64EncodedString()))", options)
    #expect(first == second)
    let info = try await poppler("pdfinfo", first, ["-isodates"])
    #expect(info.contains("标题 (\\)") && info.contains("张三") && info.contains("甲, 乙") && info.contains("2024-01-01T00:00:00Z"))
  }

  @Test func watermarkIsNotCopiedWithTheText() async throws {
    let marked = try pdf("正文", bareOptions { $0.watermark = Watermark(text: "机密文档", opacity: 0.2) })
    #expect(try await textWithoutSpace(marked) == "正文")
    let plain = try pdf("正文")
    #expect(marked.count > plain.count)
  }

  @Test func onlyWebAndMailAddressesAreLinks() throws {
    let bytes = try pdf("[a](https://a.cn/x'y) [b](javascript:alert) [c](file:///etc/passwd) [d](mailto:d@a.cn) [e](relative.html)")
    #expect(bytes.contains("/URI (https://a.cn/x%27y)") && bytes.contains("/URI (mailto:d@a.cn)"))
    #expect(!bytes.contains("javascript") && !bytes.contains("passwd") && !bytes.contains("relative.html"))
  }

  @Test func missingPictureShowsItsAlternative() async throws {
    #expect(try await textWithoutSpace(try pdf("![平面图](https://a.cn/x.png)![](y.png)")) == "平面图［图片］")
    let image = try #require(Image(grayPNG(width: 20, height: 10)))
    let bytes = try pdf("![平面图](plan.png)", images: ImageSource { $0 == "plan.png" ? image : nil })
    #expect(bytes.contains("/Subtype /Image"))
    // A broken picture leaves a page without it, not a failure.
    var broken = image.bytes
    broken.replaceSubrange(45..<60, with: [UInt8](repeating: 0xFF, count: 15))
    let damaged = Image(broken)
    #expect(try await pageCount(try pdf("![x](plan.png)", images: ImageSource { _ in damaged })) == 1)
  }

  @Test(arguments: PageSetup.Size.allCases, PageSetup.Orientation.allCases)
  func sheetHasItsSize(size: PageSetup.Size, orientation: PageSetup.Orientation) async throws {
    let options = bareOptions { $0.page = PageSetup(size: size, orientation: orientation) }
    let line = try #require(try await poppler("pdfinfo", try pdf("文", options)).split(separator: "\n").first { $0.hasPrefix("Page size:") })
    let numbers = line.split(separator: " ").compactMap { Double($0) }
    let (width, height) = options.page.pointSize
    #expect(abs(numbers[0] - width) < 0.1 && abs(numbers[1] - height) < 0.1)
    #expect((width > height) == (orientation == .landscape))
  }

  @Test func absurdSettingsAreBroughtIntoBounds() async throws {
    var page = PageSetup(margins: .init(top: 500, bottom: -3, left: .nan, right: .infinity), fontSize: 0, lineHeight: -1)
    #expect(try await textWithoutSpace(try pdf("正文", bareOptions { $0.page = page })) == "正文")
    page.fontSize = 1e9
    #expect(try await textWithoutSpace(try pdf("正文", bareOptions { $0.page = page })) == "正文")
  }

  @Test func tooManyPagesAndBytesAreErrors() throws {
    let long = (0..<200).map { "段落\($0)" }.joined(separator: "\n\n")
    #expect(throws: TypesettingError.tooComplex(.pages, limit: 2)) { try pdf(long, bareOptions { $0.pagesMax = 2 }) }
    #expect(throws: TypesettingError.tooComplex(.outputBytes, limit: 100)) { try pdf(long, bareOptions { $0.outputBytesMax = 100 }) }
  }

  @Test func progressGrowsAndCanEndTheRun() throws {
    struct Stop: Error {}
    let tree = try MarkdownReader.read((0..<300).map { "段落\($0)" }.joined(separator: "\n\n"))
    var last = 0.0
    var calls = 0
    try PDFWriter.write(
      tree, options: bareOptions(),
      progress: {
        #expect($0 >= last && $0 <= 1)
        last = $0
        calls += 1
      }, to: { _ in })
    #expect(last == 1 && calls > 300)
    for limit in [0.1, 0.5, 0.8] {
      #expect(throws: Stop.self) {
        try PDFWriter.write(tree, options: bareOptions(), progress: { if $0 > limit { throw Stop() } }, to: { _ in })
      }
    }
    #expect(throws: Stop.self) { try PDFWriter.write(tree, options: bareOptions(), to: { _ in throw Stop() }) }
  }

  @Test func severalThreadsWriteAtATime() async throws {
    let tree = try MarkdownReader.read("# 标题\n\n" + (0..<100).map { "段落 \($0) **粗** `x` αβγ" }.joined(separator: "\n\n"))
    let options = bareOptions { $0.watermark = Watermark(text: "内部") }
    let expected = try PDFWriter.bytes(tree, options: options)
    let all = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 { group.addTask { try PDFWriter.bytes(tree, options: options) } }
      return try await group.reduce(into: [[UInt8]]()) { $0.append($1) }
    }
    #expect(all.allSatisfy { $0 == expected })
  }

  @Test func cellsAreCopiedOneAfterTheOther() async throws {
    let cells = ["甲", "乙", "丙"].map { String(repeating: $0, count: 120) }
    let bytes = try pdf("| a | b | c |\n|---|---|---|\n| \(cells.joined(separator: " | ")) |\n")
    // In the order of the file, without poppler's own notion of columns.
    let text = try await poppler("pdftotext", bytes, ["-raw"], after: ["-"]).filter { !$0.isWhitespace }
    #expect(text.contains(cells.joined()))
  }

  @Test func captionStaysWithWhatItNames() async throws {
    let image = try #require(Image(grayPNG(width: 300, height: 100)))
    for lines in 20...60 {
      let text = "正文\\\n" + String(repeating: "行\\\n", count: lines) + "末\n\n![](a.png)\n\n图 1　平面\n\n表 2-1 物资\n\n| 甲 |\n|---|\n| 乙 |\n"
      let bytes = try PDFWriter.bytes(try MarkdownReader.read(text), options: bareOptions(), images: ImageSource { _ in image })
      let pages = try await poppler("pdftotext", bytes, ["-bbox"], after: ["-"]).components(separatedBy: "<page ")
      #expect(pages.filter { $0.contains("物资") && $0.contains("甲") }.count == 1, "\(lines)")
    }
  }

  @Test func longHeaderIsMadeSmaller() async throws {
    let header = String(repeating: "页眉文字", count: 18)
    let footer = String(repeating: "页脚", count: 24)
    let text = try await textWithoutSpace(try pdf("文", bareOptions { ($0.header, $0.footer, $0.hasPageNumbers) = (header, footer, true) }))
    #expect(text.contains(header) && text.contains(footer))
  }

  @Test func contentsWithoutHeadingsAreLeftOut() async throws {
    let bytes = try pdf("正文", bareOptions { $0.hasTableOfContents = true })
    #expect(try await pageCount(bytes) == 1)
    #expect(try await textWithoutSpace(bytes) == "正文")
  }

  @Test func charactersThatUnicodeForbidsAreReplaced() async throws {
    for value: UInt32 in [0xFDD0, 0xFDEF, 0xFFFE, 0x1FFFE, 0x2FFFF, 0x10FFFF, 0x85, 0x2029] {
      let character = String(try #require(Unicode.Scalar(value)))
      #expect(PlainText.cleaned("甲\(character)乙") == "甲\u{FFFD}乙")
      #expect(try await textWithoutSpace(try pdf("甲\(character)乙")).hasSuffix("乙"))
    }
    let allowed = "\u{FDCF}\u{FDF0}\u{FFFD}\u{1FFFD}\u{2FFFD}\u{A0}\u{2027}"
    #expect(PlainText.cleaned(allowed) == allowed)
  }

  @Test func pictureIsInTheFileOnce() throws {
    let image = try #require(Image(grayPNG(width: 40, height: 20)))
    let broken = try #require(Image(Array(grayPNG(width: 40, height: 20).prefix(50))))
    let source = ImageSource { $0 == "a.png" ? image : broken }
    let text = String(repeating: "![](a.png) ![](b.png) 字\n\n", count: 60)
    let bytes = try PDFWriter.bytes(try MarkdownReader.read(text), options: bareOptions(), images: source)
    #expect(Data(bytes).ranges(of: Data("/Subtype /Image".utf8)).count == 1)
    // Each page names it once.
    for list in String(decoding: bytes, as: UTF8.self).matches(of: /\/XObject << (.*) >>/) {
      let names = list.1.split(separator: " ").filter { $0.hasPrefix("/") }
      #expect(Set(names).count == names.count)
    }
  }

  @Test func repeatedResourcesAreBlankedWhereverTheyAreCut() {
    let text = Array("<</XObject << /x7 7 0 R /x12 12 0 R /x7 7 0 R >>/XObject/XObject << /x7 7 0 R >> /XObject << ".utf8)
    let expected = Array("<</XObject << /x7 7 0 R /x12 12 0 R           >>/XObject/XObject << /x7 7 0 R >> /XObject << ".utf8)
    for size in 1...text.count {
      var resources = RepeatedResources()
      var result: [UInt8] = []
      for start in stride(from: 0, to: text.count, by: size) {
        result += Array(text[start..<min(start + size, text.count)]).withUnsafeBufferPointer { resources.pass($0) }
      }
      #expect(result + resources.rest == expected, "\(size)")
    }
  }

  @Test func emptyDocumentIsOnePage() async throws { #expect(try await pageCount(try pdf("")) == 1) }
}

/// What cairo leaves behind in a file with links.
@Suite struct PDFObjectTests {
  @Test func everyObjectOfTheTableIsThere() async throws {
    let markdown = "# 甲\n\n[l](https://a.cn) x[^1]\n\n" + (0..<50).map { "## 标题\($0)\n\n正文" }.joined(separator: "\n\n") + "\n\n[^1]: 注\n"
    let bytes = try PDFWriter.bytes(try MarkdownReader.read(markdown), options: bareOptions { $0.hasTableOfContents = true })
    let data = Data(bytes)
    let start = try #require(data.range(of: Data("\nxref\n0 ".utf8), options: .backwards))
    let lines = String(decoding: data[start.upperBound...], as: UTF8.self).split(separator: "\n")
    let count = try #require(Int(lines[0]))
    #expect(count > 100)
    for number in 1..<count where lines[number + 1].hasSuffix("n ") {
      let offset = try #require(Int(lines[number + 1].prefix(10)))
      #expect(data[offset...].starts(with: Data("\(number) 0 obj".utf8)), "object \(number)")
    }
    // Links within the document have places to lead to.
    #expect(try await poppler("pdfinfo", bytes, ["-dests"]).contains("\"h50\""))
  }
}
