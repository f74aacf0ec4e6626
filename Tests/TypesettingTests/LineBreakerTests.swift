import Testing

@testable import Typesetting

@Suite struct LineBreakerTests {
  private struct Setting {
    var lines: [String] = []
    var widths: [Float] = []
    /// Left and right ends of the glyphs of each line.
    var firstX: [Float] = []
    var lastX: [Float] = []
  }

  private func set(
    _ text: String, width: Float, alignment: LineBreaker.Alignment = .justified, isVerbatim: Bool = false, indent: Float = 0
  ) throws -> Setting {
    let shaper = try TextShaper()
    var shaped = ShapedText()
    var store = LineStore()
    shaper.shape([StyledRun(text: text, style: TextStyle(family: isVerbatim ? .mono : .serif, size: 10))], into: &shaped)
    let lines = LineBreaker.lines(
      of: shaped,
      .init(width: width, indent: indent, alignment: alignment, lineHeight: 15, fontSize: 10, isVerbatim: isVerbatim), pictures: [],
      into: &store)
    var setting = Setting()
    for line in lines {
      let runs = store.lines[line].runs.map { store.runs[Int($0)] }
      setting.lines.append(
        runs.map { String(decoding: store.bytes[Int($0.bytes.lowerBound)..<Int($0.bytes.upperBound)], as: UTF8.self) }.joined())
      setting.widths.append(store.lines[line].width)
      setting.lastX.append(runs.last.map { $0.x + $0.width } ?? 0)
      setting.firstX.append(runs.first.map { store.glyphs[Int($0.glyphs.lowerBound)].x } ?? 0)
    }
    return setting
  }

  private static let sample =
    "根据《中华人民共和国环境保护法》、《突发环境事件应急管理办法》（部令第34号）的规定，“谁污染，谁治理”；发生泄漏时应立即报告！是否启动预案？由总指挥决定：一级、二级、三级……分别响应——不得延误。"

  /// Every width from four squares on, so that each place of the text meets a line's end.
  @Test func noLineBeginsOrEndsWithWhatItMustNot() throws {
    for width in stride(from: Float(45), to: 300, by: 3) {
      let setting = try set(Self.sample, width: width)
      #expect(setting.lines.joined() == Self.sample)
      for line in setting.lines {
        let first = try #require(line.unicodeScalars.first)
        let last = try #require(line.unicodeScalars.last)
        #expect(!"，。、；：！？）》”".unicodeScalars.contains(first), "\(width): \(line)")
        #expect(!"（《“".unicodeScalars.contains(last), "\(width): \(line)")
      }
    }
  }

  @Test func footnoteMarkStaysBehindItsWord() throws {
    let shaper = try TextShaper()
    var mark = TextStyle(size: 6.5)
    mark.rise = 3.5
    for count in 3...30 {
      var shaped = ShapedText()
      var store = LineStore()
      let runs = [
        StyledRun(text: String(repeating: "中", count: count), style: TextStyle(size: 10)), StyledRun(text: "[12]", style: mark),
        StyledRun(text: "。后文中文中文中文中文", style: TextStyle(size: 10)),
      ]
      shaper.shape(runs, into: &shaped)
      let lines = LineBreaker.lines(of: shaped, .init(width: 103, lineHeight: 15, fontSize: 10), pictures: [], into: &store)
      for line in lines {
        let first = store.runs[Int(store.lines[line].runs.lowerBound)]
        #expect(store.styles[Int(first.style)].rise == 0, "\(count)")
      }
    }
  }

  @Test func dashesAndMiddleDotsAreSetAsChinese() throws {
    // A line that must be stretched by one square: the dash takes no more than its share of it.
    let setting = try set("中文中——文中文中文中", width: 105)
    #expect(setting.lines[0] == "中文中——文中文中文" && setting.lines[1] == "中")
    for width in stride(from: Float(30), to: 120, by: 5) {
      let lines = try set("爱德华·斯诺登说到爱德华·斯诺登说", width: width).lines
      #expect(lines.allSatisfy { !$0.hasPrefix("·") }, "\(width)")
    }
  }

  @Test func quotesOfLatinTextAreNarrowAndPartOfTheWord() throws {
    let shaper = try TextShaper()
    var shaped = ShapedText()
    shaper.shape(StyledRun.runs("it’s “so”", TextStyle(size: 10)), into: &shaped)
    #expect(shaped.clusters.allSatisfy { $0.width < 9 && !$0.flags.contains(.isClosing) && !$0.flags.contains(.isOpening) })
    shaper.shape(StyledRun.runs("“中”", TextStyle(size: 10)), into: &shaped)
    #expect(shaped.clusters.allSatisfy { $0.width == 10 })
  }

  @Test func allLinesButTheLastAreFull() throws {
    let setting = try set(Self.sample, width: 200)
    #expect(setting.lines.count > 3)
    for (line, end) in zip(setting.lines, setting.lastX).dropLast() {
      // The blank half of a closing mark stands beyond the edge.
      let blank: Float = "，。、；：》”）".contains(try #require(line.last)) ? 5 : 0
      #expect(abs(end - blank - 200) < 0.01, "\(line)")
    }
    #expect(try #require(setting.lastX.last) <= 200)
  }

  @Test func marksShareTheirBlanks() throws {
    let apart = try set("中（中）中", width: 500).widths[0]
    let together = try set("（《中》）", width: 500).widths[0]
    #expect(abs(apart - 50) < 0.01)
    // Two pairs of marks, and the last one's blank at the line's end.
    #expect(abs(together - 35) < 0.01)
  }

  @Test func quarterSquareBetweenChineseAndLatin() throws {
    let latin = try set("pH", width: 500).widths[0]
    #expect(abs(try set("中pH值", width: 500).widths[0] - latin - 25) < 0.01)
  }

  @Test func latinWordsStayWholeAndLongOnesAreCut() throws {
    #expect(try set("aaaa bbbb", width: 45, alignment: .left).lines == ["aaaa", "bbbb"])
    let long = try set(String(repeating: "x", count: 300), width: 50)
    #expect(long.lines.joined().count == 300)
    #expect(long.widths.allSatisfy { $0 <= 50.01 })
  }

  @Test func lineFeedEndsALine() throws {
    #expect(try set("甲\n乙", width: 500).lines == ["甲", "乙"])
  }

  @Test func firstLineIsIndented() throws {
    let setting = try set(String(repeating: "中", count: 40), width: 100, indent: 20)
    #expect(setting.firstX == [20, 0, 0, 0, 0])
    #expect(setting.lines[0].count == 8 && setting.lines[1].count == 10)
  }

  @Test func codeKeepsItsSpacesAndBreaksAnywhere() throws {
    let setting = try set("  a  中文b", width: 25, isVerbatim: true)
    #expect(setting.lines.joined() == "  a  中文b")
    #expect(setting.lines[0] == "  a  ")
  }

  @Test func alignmentMovesLines() throws {
    #expect(try set("中", width: 100, alignment: .center).firstX == [45])
    #expect(try set("中", width: 100, alignment: .right).firstX == [90])
  }

  @Test func longParagraphIsShapedInPieces() throws {
    let text = String(repeating: "应急预案，abc def。", count: 4_000)
    let setting = try set(text, width: 400)
    #expect(setting.lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    #expect(setting.lastX.allSatisfy { $0 < 405.1 })
  }

  @Test func rightToLeftTextRunsLeftWithinItsLine() throws {
    let shaper = try TextShaper()
    var shaped = ShapedText()
    var store = LineStore()
    shaper.shape([StyledRun(text: "中 שלום", style: TextStyle(size: 10))], into: &shaped)
    _ = LineBreaker.lines(of: shaped, .init(width: 300, lineHeight: 15, fontSize: 10), pictures: [], into: &store)
    let run = try #require(store.runs.last)
    let xs = run.glyphs.map { store.glyphs[Int($0)].x }
    #expect(xs.count == 4 && xs == xs.sorted(by: >))
  }
}
