/// Turns blocks into rows: shapes and breaks their text, measures tables, and says what stays together.
struct RowBuilder {
  /// Where blocks stand: their left edge and width, and what surrounds them.
  struct Flow {
    var left: Float
    var width: Float
    var ink = TextStyle.Ink.text
    var surround: Int32 = -1
    var bars: [Float] = []
    var listDepth = 0
    /// Whether paragraphs begin with the indent of running text.
    var isIndented = true
    var isTight = false
    /// Of the paragraph that is being set.
    var role = Caption.Role()
  }

  let shaper: TextShaper
  let em: Float
  let lineHeight: Float
  let pageHeight: Float
  let pagesMax: Int
  /// Of all rows so far: more than fits on the pages allowed is not gone on with.
  private var height: Float = 0
  private var heightMax: Float { Float(pagesMax) * pageHeight }
  var images: ImageCache
  /// Called with the blocks of the document's top level done since the last call, often none; may throw.
  let progress: (_ blocks: Int) throws -> Void

  var store = LineStore()
  var rows: [Row] = []
  var strips: [Strip] = []
  var tables: [TableBox] = []
  var surrounds: [Surround] = []
  var pictures: [PictureBox] = []
  var links: [LinkTarget] = []
  var linkIndices: [LinkTarget: Int32] = [:]
  /// Rows that links lead to.
  var targetRows: [LinkTarget: Int] = [:]
  var shaped = ShapedText()
  /// Footnote numbers met in the paragraph that is being made.
  var references: [Int] = []
  private var headings = 0
  private var grounds = 0
  /// Space above a table whose first strip is not made yet.
  var pendingTableSpace: Float = 0
  /// Space that the last block wants after it.
  private var spaceAfter: Float = 0

  init(
    shaper: TextShaper, setup: PageSetup, pageHeight: Float, pagesMax: Int, images: ImageSource, progress: @escaping (Int) throws -> Void
  ) {
    self.shaper = shaper
    em = Float(setup.fontSize)
    lineHeight = Float(setup.lineHeight)
    self.pageHeight = pageHeight
    self.pagesMax = pagesMax
    self.images = ImageCache(images)
    self.progress = progress
  }

  /// The rows made since the last call.
  mutating func takeRows() -> [Row] {
    defer {
      rows = []
      spaceAfter = 0
    }
    return rows
  }

  mutating func add(_ blocks: [Block], _ flow: Flow, countsHeadings: Bool = false) throws {
    for (index, block) in blocks.enumerated() {
      try progress(countsHeadings ? 1 : 0)
      guard height < heightMax else { throw TypesettingError.tooComplex(.pages, limit: pagesMax) }
      if countsHeadings, case .heading = block {
        targetRows[.heading(headings)] = rows.count
        headings += 1
      }
      var flow = flow
      flow.role = Caption.role(blocks, index)
      try add(block, flow, isFirst: countsHeadings && index == 0)
      if flow.role.keepsNext, !rows.isEmpty { rows[rows.count - 1].keepsWithNext = true }
    }
  }

  private mutating func add(_ block: Block, _ flow: Flow, isFirst: Bool) throws {
    switch block {
    case .heading(let level, let content): try addHeading(level, content, flow, isTitle: isFirst && level == 1)
    case .paragraph(let content): try addParagraph(content, flow)
    case .quote(let blocks): try addQuote(blocks, flow)
    case .list(let list): try addList(list, flow)
    case .code(_, let text): try addCode(text, flow)
    case .table(let table): try addTable(table, flow)
    case .rule:
      append(Row(content: .rule, x: flow.left, height: em, surround: flow.surround), before: 0.3 * em)
      spaceAfter = 0.3 * em
    }
  }

  /// A heading of the writer's own, such as the one above the table of contents.
  mutating func addTitle(_ text: String, _ flow: Flow, isCentered: Bool) throws {
    try addHeading(1, [.text(text)], flow, isTitle: isCentered)
  }

  mutating func addTitle(level: Int, _ text: String, _ flow: Flow) throws { try addHeading(level, [.text(text)], flow, isTitle: false) }

  // MARK: Text

  private mutating func addHeading(_ level: Int, _ content: [Inline], _ flow: Flow, isTitle: Bool) throws {
    let scale: Float = [1.7, 1.4, 1.2, 1.08, 1, 1][min(max(level, 1), 6) - 1]
    let size = isTitle ? 1.9 * em : scale * em
    let style = TextStyle(family: .sans, size: size, isBold: true, ink: flow.ink)
    let lines = try setLines(
      content, style,
      .init(
        width: flow.width, alignment: isTitle ? .center : .left, lineHeight: size * max(1.25, lineHeight * 0.9), fontSize: size))
    let before: Float = isTitle ? 0.5 : [1.4, 1.1, 0.9, 0.7, 0.6, 0.6][min(max(level, 1), 6) - 1]
    appendLines(lines, flow, before: before * em, keepsAll: true)
    spaceAfter = (isTitle ? 1.2 : 0.4) * em
  }

  private mutating func addParagraph(_ content: [Inline], _ flow: Flow) throws {
    let isCentered = content.isPictures || flow.role.isCaption
    let lines = try setLines(
      content, TextStyle(size: em, ink: flow.ink),
      .init(
        width: flow.width, indent: flow.isIndented && !isCentered ? 2 * em : 0, alignment: isCentered ? .center : .justified,
        lineHeight: lineHeight * em, fontSize: em))
    appendLines(lines, flow, before: flow.isTight ? 0 : 0.25 * em, keepsAll: false)
    // What a colon announces stands below it.
    if let end = content.plainText.unicodeScalars.last, end == "：" || end == ":", !lines.isEmpty {
      rows[rows.count - 1].keepsWithNext = true
    }
    spaceAfter = flow.isTight ? 0 : 0.25 * em
  }

  /// Shapes and breaks inlines as one paragraph.
  mutating func setLines(_ content: [Inline], _ style: TextStyle, _ measure: LineBreaker.Measure) throws -> Range<Int> {
    references.removeAll(keepingCapacity: true)
    return try setLines(runs(content, style, widthMax: measure.width), measure)
  }

  /// A paragraph longer than any page is set in portions, so that its tables stay small; each begins a line.
  private mutating func setLines(_ runs: [StyledRun], _ measure: LineBreaker.Measure) throws -> Range<Int> {
    let first = store.lines.count
    var measure = measure
    for portion in TextPieces.portions(runs) {
      shaper.shape(portion, pictures: pictures, into: &shaped)
      _ = LineBreaker.lines(of: shaped, measure, pictures: pictures, into: &store)
      measure.indent = 0
      guard Float(store.lines.count) * 0.5 * em < heightMax else { throw TypesettingError.tooComplex(.pages, limit: pagesMax) }
      try progress(0)
    }
    return first..<store.lines.count
  }

  /// Rows of a paragraph's lines: no single line of it stands alone at a page's foot or head.
  mutating func appendLines(_ lines: Range<Int>, _ flow: Flow, before: Float, keepsAll: Bool) {
    for line in lines {
      let isNearEdge = line == lines.lowerBound || line == lines.upperBound - 2
      var row = Row(content: .line(Int32(line)), x: flow.left, height: store.lines[line].height, surround: flow.surround)
      row.keepsWithNext = keepsAll || isNearEdge && line != lines.upperBound - 1
      noteReferences(line)
      append(row, before: line == lines.lowerBound ? before : 0)
    }
  }

  /// Remembers the row that is about to be appended for footnotes first referred to in the line.
  private mutating func noteReferences(_ line: Int) {
    guard !references.isEmpty else { return }
    for run in store.lines[line].runs {
      let link = store.styles[Int(store.runs[Int(run)].style)].link
      guard link >= 0, case .footnote(let number) = links[Int(link)] else { continue }
      if targetRows[.reference(number)] == nil { targetRows[.reference(number)] = rows.count }
    }
  }

  mutating func append(_ row: Row, before: Float) {
    var row = row
    row.spaceBefore = max(before, spaceAfter)
    height += row.height
    spaceAfter = 0
    rows.append(row)
  }

  mutating func wantSpaceAfter(_ space: Float) { spaceAfter = space }

  // MARK: Quotes, lists, code

  private mutating func addQuote(_ blocks: [Block], _ flow: Flow) throws {
    var inner = flow
    inner.bars.append(flow.left + 0.3 * em)
    inner.left += 1.4 * em
    inner.width = max(flow.width - 1.4 * em, 4 * em)
    inner.ink = .faint
    inner.isIndented = false
    inner.isTight = false
    inner.surround = addSurround(Surround(bars: inner.bars))
    spaceAfter = max(spaceAfter, 0.4 * em)
    try add(blocks, inner)
    spaceAfter = 0.5 * em
  }

  private mutating func addList(_ list: List, _ flow: Flow) throws {
    let style = TextStyle(size: em, ink: flow.ink)
    var indent = 1.6 * em
    if list.isOrdered {
      // As wide as the last number needs.
      let digits = String(list.start + max(0, list.items.count - 1)).utf8.count
      indent = max(indent, (0.58 * Float(digits) + 0.75) * em)
    }
    var inner = flow
    inner.left += indent
    inner.width = max(flow.width - indent, 4 * em)
    inner.listDepth += 1
    inner.isIndented = false
    inner.isTight = list.isTight
    if flow.listDepth == 0 { spaceAfter = max(spaceAfter, 0.25 * em) }
    for (index, item) in list.items.enumerated() {
      let first = rows.count
      try add(item.blocks, inner)
      if first == rows.count {
        append(Row(content: .space, x: inner.left, height: lineHeight * em, surround: inner.surround), before: 0)
      }
      if let isChecked = item.isChecked {
        rows[first].marker = .box(isChecked: isChecked, x: flow.left + 0.35 * em, size: em)
      } else if list.isOrdered {
        let text = String(list.start + index) + "."
        shaper.shape([StyledRun(text: text, style: style)], into: &shaped)
        let line = LineBreaker.lines(
          of: shaped, .init(width: indent, alignment: .left, lineHeight: lineHeight * em, fontSize: em), pictures: [], into: &store)
        rows[first].marker = .line(Int32(line.lowerBound), x: flow.left + 0.1 * em)
      } else {
        rows[first].marker = .bullet(level: flow.listDepth, x: flow.left + 0.65 * em, size: em)
      }
      if list.isTight { spaceAfter = 0 }
    }
    if flow.listDepth == 0 { spaceAfter = 0.4 * em }
  }

  private mutating func addCode(_ text: String, _ flow: Flow) throws {
    let size = 0.85 * em
    grounds += 1
    let surround = addSurround(
      Surround(bars: flow.bars, ground: .init(x: flow.left, width: flow.width, identifier: grounds)))
    var inner = flow
    inner.left += 0.7 * em
    inner.surround = surround
    let padding = Row(content: .space, x: flow.left, height: 0.45 * em, keepsWithNext: true, surround: surround)
    append(padding, before: 0.4 * em)
    let style = TextStyle(family: .mono, size: size, ink: flow.ink)
    let measure = LineBreaker.Measure(
      width: max(flow.width - 1.4 * em, 4 * em), alignment: .left, lineHeight: size * max(1.2, lineHeight * 0.9), fontSize: size,
      isVerbatim: true)
    for line in CodeLines.split(text) {
      for line in try setLines([StyledRun(text: line.isEmpty ? " " : line, style: style)], measure) {
        append(Row(content: .line(Int32(line)), x: inner.left, height: store.lines[line].height, surround: surround), before: 0)
      }
    }
    rows[rows.count - 1].keepsWithNext = true
    var last = padding
    last.keepsWithNext = false
    append(last, before: 0)
    spaceAfter = 0.5 * em
  }

  private mutating func addSurround(_ surround: Surround) -> Int32 {
    surrounds.append(surround)
    return Int32(surrounds.count - 1)
  }
}
