/// The main part of a Word file while it is written, and what it brings along: notes, numbering, pictures, relationships.
struct DOCXDocument {
  /// Where blocks stand.
  struct Flow {
    /// From the left margin, in twentieths of a point.
    var indent = 0
    var listDepth = 0
    var isQuote = false
    var isTight = false
    /// Whether paragraphs are running text with its first-line indent.
    var isRunning = true
    /// Of the paragraph that is being written.
    var role = Caption.Role()
    /// The marker that the next paragraph takes.
    var marker: Marker?
  }

  enum Marker {
    case number(list: Int, depth: Int)
    case box(isChecked: Bool)
  }

  struct Medium {
    var name: String
    var image: Image
  }

  let setup: PageSetup
  let bytesMax: Int
  var xml = XMLText()
  var relationships = DOCXRelationships(prefix: "rId")
  var noteRelationships = DOCXRelationships(prefix: "rId")
  private(set) var notes = XMLText()
  /// For each ordered list: the depth it stands at and its first number.
  private(set) var orderedLists: [(depth: Int, start: Int)] = []
  private(set) var media: [Medium] = []
  private var mediaNames: [String: String] = [:]
  var images: ImageCache
  var isInNotes = false
  var referredNotes: Set<Int> = []
  var noteCount = 0
  private var drawings = 0
  private var bookmarks = 0

  init(setup: PageSetup, images: ImageSource, bytesMax: Int) {
    self.setup = setup
    self.images = ImageCache(images)
    self.bytesMax = bytesMax
  }

  /// Room for text between the margins, in twentieths of a point.
  var textWidth: Int {
    Int((setup.pointSize.width - (setup.margins.left + setup.margins.right) * PageSetup.pointsPerCentimetre) * 20)
  }

  var em: Int { Int(setup.fontSize * 20) }

  mutating func write(
    _ parts: DocumentParts, outline: DocumentOutline, pages: [Int: Int], options: RenderOptions, progress: (Double) throws -> Void
  ) throws {
    noteCount = parts.footnotes.count
    if !parts.metadata.isEmpty {
      if !options.metadata.title.isEmpty { paragraph(style: "Title", [.text(PlainText.cleaned(options.metadata.title))]) }
      try add(parts.metadata, Flow())
      pageBreak()
    }
    if options.hasTableOfContents, !outline.contents.isEmpty {
      contents(outline, pages: pages)
      pageBreak()
    }
    if let title = parts.title { paragraph(style: "Title", [.text(title)]) }
    let total = Double(max(1, parts.body.count + parts.appendix.count))
    let blocks = parts.body + parts.appendix
    for (index, block) in blocks.enumerated() {
      guard xml.bytes.count <= bytesMax else { throw TypesettingError.tooComplex(.outputBytes, limit: bytesMax) }
      let startsAppendix = index == parts.body.count
      if case .heading(let level, let content) = block {
        heading(
          index == 0 && outline.hasTitle ? level : max(level, outline.levelMin), content, startsPage: startsAppendix,
          isTitle: index == 0 && level == 1)
      } else {
        try add(block, Flow(role: Caption.role(blocks, index)))
      }
      try progress(Double(index + 1) / total)
    }
    try writeNotes(parts.footnotes)
  }

  private mutating func writeNotes(_ footnotes: [Footnote]) throws {
    let body = xml
    isInNotes = true
    for (index, footnote) in footnotes.enumerated() {
      xml = XMLText()
      let blocks = footnote.blocks.isEmpty ? [Block.paragraph([])] : footnote.blocks
      pendingNoteMark = true
      try add(blocks, Flow(isRunning: false))
      if pendingNoteMark { paragraph(style: "FootnoteText", []) }
      notes.markup("<w:footnote w:id=\"\(index + 1)\">")
      notes.append(xml)
      notes.markup("</w:footnote>")
    }
    isInNotes = false
    xml = body
  }

  /// Whether the next paragraph of a note begins with its number.
  var pendingNoteMark = false

  // MARK: Blocks

  mutating func add(_ blocks: [Block], _ flow: Flow) throws {
    var flow = flow
    for (index, block) in blocks.enumerated() {
      flow.role = Caption.role(blocks, index)
      guard xml.bytes.count <= bytesMax else { throw TypesettingError.tooComplex(.outputBytes, limit: bytesMax) }
      try add(block, flow)
      // Only the first paragraph of an item has its marker.
      flow.marker = nil
    }
  }

  private mutating func add(_ block: Block, _ flow: Flow) throws {
    switch block {
    case .heading(let level, let content): paragraph(style: "Heading\(level)", content, flow)
    case .paragraph(let content):
      if flow.isRunning, content.isPictures {
        paragraph(style: "", content, flow, properties: "<w:jc w:val=\"center\"/>")
      } else {
        paragraph(style: flow.role.isCaption && !isInNotes ? "Caption" : textStyle(flow), content, flow)
      }
    case .quote(let blocks):
      var inner = flow
      inner.isQuote = true
      inner.isRunning = false
      inner.indent += em
      inner.marker = nil
      try add(blocks, inner)
    case .list(let list): try add(list, flow)
    case .code(_, let text): code(text, flow)
    case .table(let table): try add(table, flow)
    case .rule:
      xml.markup("<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"808080\"/></w:pBdr></w:pPr></w:p>")
    }
  }

  private func textStyle(_ flow: Flow) -> String {
    if isInNotes { return "FootnoteText" }
    if flow.isQuote { return "Quote" }
    if flow.isRunning { return "BodyText" }
    return flow.listDepth > 0 ? "ListParagraph" : ""
  }

  private mutating func add(_ list: List, _ flow: Flow) throws {
    var number = -1
    if list.isOrdered {
      orderedLists.append((min(flow.listDepth, 8), min(list.start, Self.numberMax)))
      number = orderedLists.count - 1
    }
    var inner = flow
    inner.listDepth += 1
    inner.isRunning = false
    inner.isTight = list.isTight
    inner.indent += em * 2
    for item in list.items {
      inner.marker = item.isChecked.map { .box(isChecked: $0) } ?? .number(list: number, depth: min(flow.listDepth, 8))
      let startsWithText =
        switch item.blocks.first {
        case .paragraph?, .heading?: true
        default: false
        }
      if !startsWithText {
        paragraph(style: "ListParagraph", [], inner)
        inner.marker = nil
      }
      try add(item.blocks, inner)
    }
  }

  /// The greatest number that Word begins a list with.
  private static let numberMax = 32_767

  private mutating func heading(_ level: Int, _ content: [Inline], startsPage: Bool, isTitle: Bool) {
    bookmarks += 1
    xml.markup("<w:p><w:pPr><w:pStyle w:val=\"Heading\(level)\"/>\(startsPage ? "<w:pageBreakBefore/>" : "")")
    xml.markup("\(isTitle ? "<w:jc w:val=\"center\"/>" : "")</w:pPr>")
    xml.markup("<w:bookmarkStart w:id=\"\(bookmarks)\" w:name=\"_Toc\(bookmarks)\"/>")
    runs(content, DOCXRunStyle())
    xml.markup("<w:bookmarkEnd w:id=\"\(bookmarks)\"/></w:p>")
  }

  mutating func paragraph(style: String, _ content: [Inline], _ flow: Flow = Flow(), properties: String = "") {
    xml.markup("<w:p><w:pPr>")
    if !style.isEmpty { xml.markup("<w:pStyle w:val=\"\(style)\"/>") }
    if flow.role.keepsNext { xml.markup("<w:keepNext/>") }
    let isBox = if case .box? = flow.marker { true } else { false }
    if case .number(let list, let depth)? = flow.marker {
      // The first numbering is the one of bullets.
      xml.markup("<w:numPr><w:ilvl w:val=\"\(depth)\"/><w:numId w:val=\"\(list + 2)\"/></w:numPr>")
    }
    if flow.isTight, flow.listDepth > 0 { xml.markup("<w:spacing w:before=\"0\" w:after=\"0\"/>") }
    if flow.indent > 0 {
      xml.markup("<w:ind w:left=\"\(flow.indent)\"\(flow.marker == nil ? "" : " w:hanging=\"\(em * 3 / 2)\"")/>")
    }
    xml.markup(properties)
    xml.markup("</w:pPr>")
    if pendingNoteMark {
      pendingNoteMark = false
      xml.markup(
        "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space=\"preserve\"> </w:t></w:r>")
    }
    if isBox, case .box(let isChecked)? = flow.marker {
      xml.markup("<w:r><w:t>\(isChecked ? "☑" : "☐")</w:t></w:r><w:r><w:tab/></w:r>")
    }
    runs(content, DOCXRunStyle())
    xml.markup("</w:p>")
  }

  /// One paragraph, its lines broken within, so that its ground has no gaps.
  private mutating func code(_ text: String, _ flow: Flow) {
    xml.markup("<w:p><w:pPr><w:pStyle w:val=\"SourceCode\"/>")
    if flow.indent > 0 { xml.markup("<w:ind w:left=\"\(flow.indent)\"/>") }
    xml.markup("</w:pPr><w:r>")
    for (index, line) in CodeLines.split(text).enumerated() {
      if index > 0 { xml.markup("<w:br/>") }
      xml.markup("<w:t xml:space=\"preserve\">")
      xml.text(line)
      xml.markup("</w:t>")
    }
    xml.markup("</w:r></w:p>")
  }

  mutating func spacer() {
    xml.markup("<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"160\" w:lineRule=\"exact\"/></w:pPr></w:p>")
  }

  private mutating func pageBreak() { xml.markup("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>") }

  // MARK: Pictures

  /// The name of an image among the file's media, and a number for its drawing.
  mutating func medium(_ source: String, _ image: Image) -> (name: String, number: Int) {
    drawings += 1
    if let known = mediaNames[source] { return (known, drawings) }
    let name = "image\(media.count + 1).\(image.format == .png ? "png" : "jpeg")"
    media.append(Medium(name: name, image: image))
    mediaNames[source] = name
    return (name, drawings)
  }
}
