internal import Platform

/// Draws the pages of a composition.
struct PDFDrawing {
  private let composition: PDFComposition
  private let options: RenderOptions
  private let geometry: PageGeometry
  private let surface: PDFSurface
  private let em: Float
  private var furniture: PageFurniture

  init(_ composition: PDFComposition, options: RenderOptions, output: OutputBuffer) throws(TypesettingError) {
    self.composition = composition
    self.options = options
    geometry = PageGeometry(composition.setup)
    em = Float(composition.setup.fontSize)
    furniture = PageFurniture(composition, options: options, geometry: geometry)
    let (width, height) = composition.setup.pointSize
    surface = try PDFSurface(width: width, height: height, output: output)
  }

  mutating func draw(progress: (Double) throws -> Void) throws {
    setMetadata()
    let total = max(1, composition.pageCount)
    var destinations: [Int: [LinkTarget]] = [:]
    for (target, place) in composition.targets { destinations[place.page, default: []].append(target) }
    var page = 0
    for section in composition.sections {
      for placed in section.layout.pages {
        page += 1
        furniture.draw(on: surface, page: page, of: total)
        draw(placed, rows: section.rows)
        for target in (destinations[page] ?? []).sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) {
          if let name = target.name, let place = composition.targets[target] {
            surface.addDestination(name, y: max(0, geometry.top + place.y - 4))
          }
        }
        try surface.endPage()
        try progress(Double(page) / Double(total))
      }
    }
    if page == 0 {
      furniture.draw(on: surface, page: 1, of: 1)
      try surface.endPage()
    }
    addOutline()
    try surface.finish()
  }

  private func setMetadata() {
    let metadata = options.metadata
    let texts: [(PDFSurface.Metadata, String)] = [
      (.title, metadata.title), (.author, metadata.author), (.subject, metadata.subject),
      (.keywords, metadata.keywords.joined(separator: ", ")), (.creator, "Weft"),
    ]
    for (kind, text) in texts where !text.isEmpty { surface.set(kind, PlainText.cleaned(text)) }
    // Without a time of the caller's cairo would write the current one, and no two results would be the same.
    surface.set(.created, Timestamp.rfc3339(wallMicroseconds: metadata.created ?? 0))
    if let changed = metadata.changed { surface.set(.changed, Timestamp.rfc3339(wallMicroseconds: changed)) }
  }

  private func addOutline() {
    var parents: [(level: Int, entry: Int32)] = []
    for (index, entry) in composition.outline.entries.enumerated() {
      guard let place = composition.targets[.heading(index)] else { continue }
      while let last = parents.last, last.level >= entry.level { parents.removeLast() }
      let added = surface.addOutlineEntry(
        entry.text, parent: parents.last?.entry ?? 0, page: place.page, y: max(0, geometry.top + place.y - 4))
      parents.append((entry.level, added))
    }
  }

  // MARK: Rows

  private mutating func draw(_ placed: [PageLayout.Placed], rows: [Row]) {
    drawSurrounds(placed, rows: rows)
    drawGrids(placed, rows: rows)
    for (index, place) in placed.enumerated() {
      let row = rows[Int(place.row)]
      let top = geometry.top + place.y
      switch row.content {
      case .line(let line):
        draw(line, x: geometry.left + row.x, top: top)
        if row.contentsEntry >= 0 { drawContentsEnd(row, line: line, top: top) }
      case .strip: drawCells(placed, rows, at: index)
      case .rule:
        let y = top + row.height / 2
        surface.stroke(
          from: (geometry.left + row.x, y), to: (geometry.left + geometry.textWidth, y), width: 0.6, gray: 0.55)
      case .space: break
      }
      if let marker = row.marker { draw(marker, row, top: top) }
    }
  }

  private func draw(_ line: Int32, x: Float, top: Float) {
    let box = composition.store.lines[Int(line)]
    let base = top + box.ascent
    for index in box.runs {
      let run = composition.store.runs[Int(index)]
      let style = composition.store.styles[Int(run.style)]
      if style.isShaded {
        surface.fill(x: x + run.x - 1, y: base - 0.95 * style.size, width: run.width + 2, height: 1.2 * style.size, gray: 0.93)
      }
      let isLink = style.link >= 0 && beginLink(composition.links[Int(style.link)])
      if style.picture >= 0 {
        surface.draw(composition.pictures[Int(style.picture)], x: x + run.x, y: base)
      } else if run.font >= 0 {
        surface.show(run, of: composition.store, font: composition.shaper.fonts[Int(run.font)].cairo, x: x, y: base, ink: style.ink)
      }
      if isLink { surface.endLink() }
      if style.isStruck {
        let y = base - 0.36 * style.size
        surface.stroke(from: (x + run.x, y), to: (x + run.x + run.width, y), width: 0.7, gray: 0)
      }
    }
  }

  /// Whether the target is one that a link can lead to.
  private func beginLink(_ target: LinkTarget) -> Bool {
    if case .address(let address) = target {
      surface.beginLink(to: address)
      return true
    }
    guard composition.targets[target] != nil, let name = target.name else { return false }
    surface.beginLink(toDestination: name)
    return true
  }

  /// Dots and page number of an entry in the table of contents.
  private mutating func drawContentsEnd(_ row: Row, line: Int32, top: Float) {
    guard let place = composition.targets[.heading(Int(row.contentsEntry))] else { return }
    let box = composition.store.lines[Int(line)]
    let right = geometry.left + geometry.textWidth
    let base = top + box.ascent
    let number = furniture.pageNumber(place.page)
    let isLink = beginLink(.heading(Int(row.contentsEntry)))
    furniture.draw(number, on: surface, x: right - number.width, base: base)
    if isLink { surface.endLink() }
    surface.dots(
      from: geometry.left + row.x + box.width + 0.5 * em, to: right - number.width - 0.5 * em, y: base - 0.1 * em, distance: 0.42 * em)
  }

  private func draw(_ marker: Marker, _ row: Row, top: Float) {
    var ascent: Float = 0.88 * em
    if case .line(let line) = row.content { ascent = composition.store.lines[Int(line)].ascent }
    let base = top + ascent
    switch marker {
    case .line(let line, let x):
      draw(line, x: geometry.left + x, top: base - composition.store.lines[Int(line)].ascent)
    case .box(let isChecked, let x, let size):
      surface.checkBox(x: geometry.left + x, y: base - 0.76 * size, size: 0.76 * size, isChecked: isChecked)
    case .bullet(let level, let x, let size):
      let y = base - 0.36 * size
      switch level % 3 {
      case 0: surface.circle(x: geometry.left + x, y: y, radius: 0.17 * size, isFilled: true)
      case 1: surface.circle(x: geometry.left + x, y: y, radius: 0.16 * size, isFilled: false)
      default:
        surface.fill(x: geometry.left + x - 0.14 * size, y: y - 0.14 * size, width: 0.28 * size, height: 0.28 * size, gray: 0)
      }
    }
  }

  /// Bars and grounds behind rows, joined over the space between rows that share them.
  private func drawSurrounds(_ placed: [PageLayout.Placed], rows: [Row]) {
    for (index, place) in placed.enumerated() {
      let row = rows[Int(place.row)]
      guard row.surround >= 0 else { continue }
      let surround = composition.surrounds[Int(row.surround)]
      let top = geometry.top + place.y
      var spaceAbove: Float = 0
      var above: Surround?
      if index > 0, rows[Int(placed[index - 1].row)].surround >= 0 {
        above = composition.surrounds[Int(rows[Int(placed[index - 1].row)].surround)]
        spaceAbove = place.y - placed[index - 1].y - rows[Int(placed[index - 1].row)].height
      }
      if let ground = surround.ground {
        let joined = above?.ground?.identifier == ground.identifier ? spaceAbove : 0
        surface.fill(
          x: geometry.left + ground.x, y: top - joined, width: ground.width, height: row.height + joined + 0.05, gray: 0.955)
      }
      for bar in surround.bars {
        let joined = above?.bars.contains(bar) == true ? spaceAbove : 0
        surface.fill(x: geometry.left + bar, y: top - joined, width: 2.2, height: row.height + joined + 0.05, gray: 0.72)
      }
    }
  }

  // MARK: Tables

  /// Draws a row of a table from its first strip on the page: cell after cell, so that who copies the text gets it in order.
  private func drawCells(_ placed: [PageLayout.Placed], _ rows: [Row], at first: Int) {
    guard let strip = strip(placed[first], rows) else { return }
    if !strip.beginsRow, first > 0, let before = self.strip(placed[first - 1], rows), before.table == strip.table, !before.endsRow {
      return
    }
    var cells: [(cell: Strip.Cell, top: Float)] = []
    var index = first
    while index < placed.count, let next = self.strip(placed[index], rows), next.table == strip.table, index == first || !next.beginsRow {
      for cell in next.cells { cells.append((cell, geometry.top + placed[index].y)) }
      index += 1
    }
    // A cell's lines are in order already, and all begin at the same place.
    let order = cells.indices.sorted { (cells[$0].cell.x, $0) < (cells[$1].cell.x, $1) }
    for index in order { draw(cells[index].cell.line, x: geometry.left + cells[index].cell.x, top: cells[index].top + cells[index].cell.y) }
  }

  /// The ground of heads and the lines of tables, each table's part of the page in one piece.
  private func drawGrids(_ placed: [PageLayout.Placed], rows: [Row]) {
    var index = 0
    while index < placed.count {
      guard let table = strip(placed[index], rows)?.table else {
        index += 1
        continue
      }
      var end = index
      var grid = TableGrid(edges: composition.tables[Int(table)].edges.map { $0 + geometry.left })
      while end < placed.count, let strip = strip(placed[end], rows), strip.table == table {
        let top = geometry.top + placed[end].y
        let height = rows[Int(placed[end].row)].height
        if strip.isHead { surface.fill(x: grid.left, y: top, width: grid.right - grid.left, height: height, gray: 0.92) }
        if strip.beginsRow || end == index { grid.rows.append(top) }
        grid.bottom = top + height
        end += 1
      }
      surface.draw(grid)
      index = end
    }
  }

  private func strip(_ placed: PageLayout.Placed, _ rows: [Row]) -> Strip? {
    guard case .strip(let strip) = rows[Int(placed.row)].content else { return nil }
    return composition.strips[Int(strip)]
  }
}

/// The lines of the part of a table that stands on one page.
struct TableGrid {
  /// Left edges of columns and, last, the right edge.
  var edges: [Float]
  /// Top edges of rows.
  var rows: [Float] = []
  var bottom: Float = 0

  var left: Float { edges.first ?? 0 }
  var right: Float { edges.last ?? 0 }
}
