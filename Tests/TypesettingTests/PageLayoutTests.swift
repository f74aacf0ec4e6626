import Testing

@testable import Typesetting

@Suite struct PageLayoutTests {
  private func compose(_ markdown: String, height: Double = 12) throws -> PDFComposition {
    let options = bareOptions { $0.page = PageSetup(size: .a5, margins: .init(top: 2, bottom: 2, left: 2, right: 2)) }
    return try PDFComposition.compose(try MarkdownReader.read(markdown), options: options, images: .none) { _ in }
  }

  private func text(_ row: Row, _ composition: PDFComposition) -> String {
    guard case .line(let line) = row.content else { return "" }
    return composition.store.lines[Int(line)].runs.map {
      let run = composition.store.runs[Int($0)]
      return String(decoding: composition.store.bytes[Int(run.bytes.lowerBound)..<Int(run.bytes.upperBound)], as: UTF8.self)
    }.joined()
  }

  /// For every place on the page that the heading may come to.
  @Test func headingStandsWithTheTextBelowIt() throws {
    for before in 15...35 {
      let markdown = (0..<before).map { "段\($0)" }.joined(separator: "\n\n") + "\n\n## 标题\n\n" + String(repeating: "正文文字", count: 60)
      let composition = try compose(markdown)
      let section = try #require(composition.sections.first)
      for page in section.layout.pages {
        let rows = page.map { section.rows[Int($0.row)] }
        guard let place = rows.firstIndex(where: { text($0, composition) == "标题" }) else { continue }
        // Two lines of the paragraph at least.
        #expect(place + 2 < rows.count, "\(before)")
      }
    }
  }

  @Test func noLineOfAParagraphStandsAlone() throws {
    for before in 15...35 {
      let markdown = (0..<before).map { "段\($0)" }.joined(separator: "\n\n") + "\n\n" + String(repeating: "正文文字", count: 30)
      let composition = try compose(markdown)
      let section = try #require(composition.sections.first)
      for page in section.layout.pages {
        let lines = page.filter { text(section.rows[Int($0.row)], composition).contains("文") }.count
        #expect(lines != 1, "\(before)")
      }
    }
  }

  @Test func tableRepeatsItsHeadOnEachPage() throws {
    let markdown = "| 头 | 二 |\n|---|---|\n" + (0..<120).map { "| 行\($0) | 内容 |\n" }.joined()
    let composition = try compose(markdown)
    let section = try #require(composition.sections.first)
    #expect(section.layout.pages.count > 2)
    for page in section.layout.pages {
      guard case .strip(let strip) = section.rows[Int(page[0].row)].content else { return #expect(Bool(false), "no strip") }
      #expect(composition.strips[Int(strip)].isHead)
    }
  }

  @Test func longCellBreaksOverPages() throws {
    let composition = try compose("| 一 | 二 |\n|---|---|\n| 短 | " + String(repeating: "很长的单元格内容", count: 300) + " |\n")
    let section = try #require(composition.sections.first)
    #expect(section.layout.pages.count > 1)
    #expect(section.layout.pages[0].count > 10)
  }

  @Test func nothingStandsBelowThePage() throws {
    let markdown = (0..<80).map { $0 % 7 == 0 ? "## 标题\($0)" : "> " + String(repeating: "引用文字", count: $0) }.joined(separator: "\n\n")
    let composition = try compose(markdown)
    let height = PageGeometry(composition.setup).textHeight
    for section in composition.sections {
      for page in section.layout.pages {
        #expect(page.allSatisfy { $0.y + section.rows[Int($0.row)].height <= height + 0.01 })
      }
    }
  }
}
