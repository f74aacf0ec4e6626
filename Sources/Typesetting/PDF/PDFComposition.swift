/// All pages of a document, laid out: what a second step only draws.
struct PDFComposition {
  /// Pages made of one array of rows.
  struct Section {
    var rows: [Row]
    var layout: PageLayout
    /// Pages before it.
    var firstPage: Int
  }

  let shaper: TextShaper
  let outline: DocumentOutline
  let setup: PageSetup
  private(set) var store: LineStore
  private(set) var strips: [Strip]
  private(set) var tables: [TableBox]
  private(set) var surrounds: [Surround]
  private(set) var pictures: [PictureBox]
  private(set) var links: [LinkTarget]
  private(set) var sections: [Section] = []
  /// Where links lead: the page, from 1, and the height on it, in points from the top margin.
  private(set) var targets: [LinkTarget: (page: Int, y: Float)] = [:]

  var pageCount: Int { sections.reduce(0) { $0 + $1.layout.pages.count } }

  static func compose(
    _ tree: DocumentTree, options: RenderOptions, images: ImageSource, progress: @escaping (Double) throws -> Void
  ) throws -> PDFComposition {
    let setup = options.page.bounded
    let parts = DocumentParts(tree, options: options)
    let outline = DocumentOutline(parts)
    let geometry = PageGeometry(setup)
    let shaper = try TextShaper()
    let total = Double(max(1, parts.body.count + parts.appendix.count))
    var done = 0.0
    var builder = RowBuilder(
      shaper: shaper, setup: setup, pageHeight: geometry.textHeight, pagesMax: options.pagesMax, images: images,
      progress: { blocks in
        done += Double(blocks)
        try progress(min(done / total, 1))
      })
    let flow = RowBuilder.Flow(left: 0, width: geometry.textWidth)

    var front: [Row] = []
    if !parts.metadata.isEmpty {
      if !options.metadata.title.isEmpty { try builder.addTitle(PlainText.cleaned(options.metadata.title), flow, isCentered: true) }
      try builder.add(parts.metadata, flow)
      front = builder.takeRows()
    }
    var contents: [Row] = []
    if options.hasTableOfContents {
      try builder.addContents(outline, title: DocumentParts.contentsTitle, flow)
      contents = builder.takeRows()
    }
    if let title = parts.title { try builder.addTitle(title, flow, isCentered: true) }
    try builder.add(parts.body, flow, countsHeadings: true)
    try builder.addFootnotes(parts.footnotes, flow)
    if !parts.appendix.isEmpty {
      let first = builder.rows.count
      try builder.add(parts.appendix, flow, countsHeadings: true)
      if first < builder.rows.count { builder.rows[first].beginsPage = true }
    }
    let body = builder.takeRows()

    var composition = PDFComposition(shaper: shaper, outline: outline, setup: setup, builder)
    for rows in [front, contents, body] where !rows.isEmpty {
      try composition.append(rows, height: geometry.textHeight, pagesMax: options.pagesMax)
    }
    composition.findTargets(builder.targetRows)
    return composition
  }

  private init(shaper: TextShaper, outline: DocumentOutline, setup: PageSetup, _ builder: RowBuilder) {
    self.shaper = shaper
    self.outline = outline
    self.setup = setup
    store = builder.store
    strips = builder.strips
    tables = builder.tables
    surrounds = builder.surrounds
    pictures = builder.pictures
    links = builder.links
  }

  private mutating func append(_ rows: [Row], height: Float, pagesMax: Int) throws(TypesettingError) {
    let before = pageCount
    let layout = try PageLayout.fill(rows, strips: strips, tables: tables, height: height, pagesMax: pagesMax - before)
    sections.append(Section(rows: rows, layout: layout, firstPage: before))
  }

  /// The targets are rows of the text, which is the last section.
  private mutating func findTargets(_ rows: [LinkTarget: Int]) {
    guard let body = sections.last else { return }
    var places = [(page: Int32, y: Float)](repeating: (0, 0), count: body.rows.count)
    for (page, placed) in body.layout.pages.enumerated() {
      for row in placed where places[Int(row.row)].page == 0 { places[Int(row.row)] = (Int32(body.firstPage + page + 1), row.y) }
    }
    for (target, row) in rows where row < places.count {
      targets[target] = (Int(places[row].page), places[row].y)
    }
  }
}

/// The sheet and the room for text on it, in points.
struct PageGeometry {
  let width, height, left, top, textWidth, textHeight, bottom: Float

  init(_ setup: PageSetup) {
    let points = Float(PageSetup.pointsPerCentimetre)
    width = Float(setup.pointSize.width)
    height = Float(setup.pointSize.height)
    left = Float(setup.margins.left) * points
    top = Float(setup.margins.top) * points
    bottom = Float(setup.margins.bottom) * points
    textWidth = width - left - Float(setup.margins.right) * points
    textHeight = height - top - bottom
  }
}
