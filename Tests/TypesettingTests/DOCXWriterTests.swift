import CZip
import Foundation
import FoundationXML
import Testing

@testable import Typesetting

@Suite struct DOCXWriterTests {
  /// The parts of a Word file by name.
  private func parts(_ markdown: String, _ options: RenderOptions = bareOptions(), images: ImageSource = .none) throws -> [String: [UInt8]]
  {
    let bytes = try DOCXWriter.bytes(try MarkdownReader.read(markdown), options: options, images: images)
    var parts: [String: [UInt8]] = [:]
    try bytes.withUnsafeBytes { raw in
      let source = try #require(zip_source_buffer_create(raw.baseAddress, zip_uint64_t(raw.count), 0, nil))
      let archive = try #require(zip_open_from_source(source, ZIP_RDONLY, nil))
      defer { zip_discard(archive) }
      for index in 0..<zip_uint64_t(zip_get_num_entries(archive, 0)) {
        var status = zip_stat_t()
        zip_stat_index(archive, index, 0, &status)
        let file = try #require(zip_fopen_index(archive, index, 0))
        var content = [UInt8](repeating: 0, count: Int(status.size))
        #expect(zip_fread(file, &content, zip_uint64_t(content.count)) == Int64(content.count))
        zip_fclose(file)
        parts[String(cString: status.name)] = content
      }
    }
    for (name, content) in parts where name.hasSuffix(".xml") || name.hasSuffix(".rels") {
      #expect(XMLParser(data: Data(content)).parse(), "\(name) is no XML: \(String(decoding: content, as: UTF8.self).prefix(300))")
    }
    return parts
  }

  private func document(_ markdown: String, _ options: RenderOptions = bareOptions(), images: ImageSource = .none) throws -> String {
    String(decoding: try #require(try parts(markdown, options, images: images)["word/document.xml"]), as: UTF8.self)
  }

  private func count(_ part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

  @Test func structureIsTheDocuments() throws {
    let text = try document(
      "# 一\n\n## 二\n\n段落\n\n- a\n- b\n  1. c\n\n> q\n\n```\nx\ny\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n")
    #expect(count("w:val=\"Heading1\"", in: text) == 1 && count("w:val=\"Heading2\"", in: text) == 1)
    #expect(count("w:val=\"BodyText\"", in: text) == 1 && count("w:val=\"Quote\"", in: text) == 1)
    #expect(count("<w:numPr>", in: text) == 3)
    #expect(text.contains("<w:ilvl w:val=\"1\"/><w:numId w:val=\"2\"/>"))
    #expect(count("<w:tbl>", in: text) == 1 && count("<w:tr>", in: text) == 3 && count("<w:tc>", in: text) == 6)
    #expect(count("<w:tblHeader/>", in: text) == 1)
    #expect(text.contains("x</w:t><w:br/><w:t xml:space=\"preserve\">y"))
  }

  @Test func orderedListsBeginWhereTheyDo() throws {
    let parts = try parts("5. a\n6. b\n\n段\n\n1. c\n")
    let numbering = String(decoding: try #require(parts["word/numbering.xml"]), as: UTF8.self)
    #expect(
      numbering.contains("<w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"5\"/>"))
    #expect(
      numbering.contains("<w:num w:numId=\"3\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/>"))
  }

  @Test func numbersThatWordDoesNotKnowAreItsLargest() throws {
    let numbering = String(decoding: try #require(try parts("999999999. a\n")["word/numbering.xml"]), as: UTF8.self)
    #expect(numbering.contains("<w:startOverride w:val=\"32767\"/>"))
  }

  @Test func shortRowsStayWholeAndTablesApart() throws {
    let long = String(repeating: "很长的单元格。", count: 200)
    let text = try document("- x\n\n  | a |\n  |---|\n  | \(long) |\n  | 短 |\n\n  | b |\n  |---|\n")
    #expect(count("<w:cantSplit/>", in: text) == 3)
    #expect(!text.contains("</w:tbl><w:tbl>") && count("</w:tbl><w:p>", in: text) == 2)
  }

  @Test func captionsAreWords() throws {
    let text = try document("表 1 物资\n\n| a |\n|---|\n\n表1列出了物资。\n\n| b |\n|---|\n\n图 1\n")
    #expect(count("<w:pStyle w:val=\"Caption\"/><w:keepNext/>", in: text) == 1 && count("w:val=\"Caption\"", in: text) == 1)
  }

  @Test func chineseMarksAreSaidToBeChinese() throws {
    let text = try document("他说“好”——it’s “so”")
    #expect(text.contains("<w:rPr><w:rFonts w:hint=\"eastAsia\"/></w:rPr><w:t xml:space=\"preserve\">他说“好”——it</w:t>"))
    #expect(text.contains("<w:r><w:t xml:space=\"preserve\">’</w:t></w:r>"))
  }

  @Test func contentsLeaveTheTitleOut() throws {
    let options = bareOptions {
      $0.hasTableOfContents = true
      $0.versions = [VersionEntry(number: "1", date: 0, author: "张三", summary: "初稿")]
    }
    let parts = try parts("# 题\n\n## 甲\n", options)
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    #expect(text.contains(" TOC \\o &quot;2-3&quot; \\h \\z \\u "))
    #expect(count("w:val=\"Heading1\"", in: text) == 1 && count("w:val=\"Heading2\"", in: text) == 2)
    #expect(count("w:val=\"TOC2\"", in: text) == 2 && count("w:val=\"TOC1\"", in: text) == 0)
    let styles = String(decoding: try #require(parts["word/styles.xml"]), as: UTF8.self)
    #expect(
      styles.contains(
        "<w:name w:val=\"toc 2\"/><w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr><w:spacing w:before=\"80\"/><w:ind w:left=\"0\"/>"))
  }

  @Test func textIsEscapedAndControlCharactersAreGone() throws {
    let text = try document("a < b & c > \"d\" ]]&gt; &#1; <w:p/>\n\n`</w:t>`")
    #expect(text.contains("a &lt; b &amp; c &gt; &quot;d&quot; ]]&gt; \u{FFFD} &lt;w:p/&gt;"))
    #expect(text.contains("&lt;/w:t&gt;"))
  }

  @Test func linksAreRelationships() throws {
    let parts = try parts("[a](https://a.cn/?x=1&y=2) [b](javascript:x) [c](https://a.cn/?x=1&y=2)")
    let relationships = String(decoding: try #require(parts["word/_rels/document.xml.rels"]), as: UTF8.self)
    #expect(count("Target=\"https://a.cn/?x=1&amp;y=2\" TargetMode=\"External\"", in: relationships) == 1)
    #expect(!relationships.contains("javascript"))
  }

  @Test func picturesAreInside() throws {
    let image = try #require(Image(grayPNG(width: 4_000, height: 10)))
    let parts = try parts("![图 \"x\"](a.png) ![](a.png) ![无](b.png)", images: ImageSource { $0 == "a.png" ? image : nil })
    #expect(parts["word/media/image1.png"] == image.bytes)
    #expect(parts.keys.filter { $0.hasPrefix("word/media") }.count == 1)
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    #expect(count("<w:drawing>", in: text) == 2 && text.contains("descr=\"图 &quot;x&quot;\"") && text.contains(">无</w:t>"))
    // No wider than the text: 17.18 cm of an A4 page.
    #expect(text.contains("cx=\"61") && !text.contains("cx=\"38100000\""))
  }

  @Test func footnotesAreNotes() throws {
    let parts = try parts("x[^1] y[^1] z[^2]\n\n[^1]: 甲 [l](http://a.cn)\n[^2]: 乙\n")
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    let notes = String(decoding: try #require(parts["word/footnotes.xml"]), as: UTF8.self)
    #expect(count("<w:footnoteReference ", in: text) == 2)
    #expect(count("<w:footnote w:id=", in: notes) == 2 && count("<w:footnoteRef/>", in: notes) == 2)
    #expect(String(decoding: try #require(parts["word/_rels/footnotes.xml.rels"]), as: UTF8.self).contains("http://a.cn"))
  }

  @Test func pageSetupHeaderFooterAndWatermark() throws {
    let options = bareOptions {
      $0.page = PageSetup(
        size: .b5, orientation: .landscape, margins: .init(top: 1, bottom: 2, left: 3, right: 4), fontSize: 14, lineHeight: 2)
      $0.header = "页<眉"
      $0.footer = "页脚"
      $0.hasPageNumbers = true
      $0.watermark = Watermark(text: "机\"密", opacity: 0.25)
    }
    let parts = try parts("文", options)
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    #expect(text.contains("<w:pgSz w:w=\"14173\" w:h=\"9978\" w:orient=\"landscape\"/>"))
    #expect(text.contains("w:top=\"567\" w:right=\"2268\" w:bottom=\"1134\" w:left=\"1701\""))
    let styles = String(decoding: try #require(parts["word/styles.xml"]), as: UTF8.self)
    #expect(styles.contains("<w:sz w:val=\"28\"/>") && styles.contains("w:line=\"480\"") && styles.contains("w:eastAsia=\"宋体\""))
    let header = String(decoding: try #require(parts["word/header1.xml"]), as: UTF8.self)
    #expect(header.contains("页&lt;眉") && header.contains("string=\"机&quot;密\"") && header.contains("opacity=\"0.25\""))
    let footer = String(decoding: try #require(parts["word/footer1.xml"]), as: UTF8.self)
    #expect(footer.contains("页脚") && footer.contains(" PAGE ") && footer.contains(" NUMPAGES "))
  }

  @Test func contentsAreAFieldWithItsEntries() throws {
    let options = bareOptions { $0.hasTableOfContents = true }
    let parts = try parts("## 甲\n\n### 乙\n\n#### 丙\n", options)
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    #expect(text.contains(" TOC \\o &quot;1-3&quot; \\h \\z \\u "))
    #expect(text.contains("w:anchor=\"_Toc1\"") && text.contains("w:name=\"_Toc1\"") && !text.contains("w:anchor=\"_Toc3\""))
    #expect(count("w:fldCharType=\"begin\"", in: text) == count("w:fldCharType=\"end\"", in: text))
    #expect(String(decoding: try #require(parts["word/settings.xml"]), as: UTF8.self).contains("<w:updateFields w:val=\"true\"/>"))
  }

  @Test func propertiesAndSameBytesEachTime() throws {
    let options = bareOptions {
      $0.metadata = DocumentMetadata(title: "标题 & 题", author: "张三")
      $0.metadata.created = 1_704_067_200_000_000
      $0.versions = [VersionEntry(number: "1", date: 1_704_067_200_000_000, author: "李四", summary: "初稿")]
    }
    let parts = try parts("文", options)
    let core = String(decoding: try #require(parts["docProps/core.xml"]), as: UTF8.self)
    #expect(core.contains("<dc:title>标题 &amp; 题</dc:title>") && core.contains("2024-01-01T00:00:00Z"))
    let text = String(decoding: try #require(parts["word/document.xml"]), as: UTF8.self)
    #expect(text.contains("附录：版本记录") && text.contains("初稿") && text.contains("<w:pageBreakBefore/>"))
    let tree = try MarkdownReader.read("文")
    #expect(try DOCXWriter.bytes(tree, options: options) == DOCXWriter.bytes(tree, options: options))
  }

  @Test func limitsAndProgressEndTheRun() throws {
    struct Stop: Error {}
    let tree = try MarkdownReader.read((0..<100).map { "段落\($0)" }.joined(separator: "\n\n"))
    #expect(throws: TypesettingError.self) { try DOCXWriter.bytes(tree, options: bareOptions { $0.outputBytesMax = 1_000 }) }
    #expect(throws: Stop.self) {
      try DOCXWriter.write(tree, options: bareOptions(), progress: { if $0 > 0.5 { throw Stop() } }, to: { _ in })
    }
    #expect(throws: Stop.self) { try DOCXWriter.write(tree, options: bareOptions(), to: { _ in throw Stop() }) }
  }
}
