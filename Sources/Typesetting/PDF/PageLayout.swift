/// Rows, and the pages that they stand on.
struct PageLayout {
  struct Placed {
    var row: Int32
    /// Top of the row, from the top margin.
    var y: Float
  }

  /// For each page, what stands on it.
  private(set) var pages: [[Placed]] = []
  private let height: Float
  private let pagesMax: Int
  private var current: [Placed] = []
  private var y: Float = 0

  /// Fills pages with the rows in order.
  ///
  /// - Parameter height: Room on each page between its margins.
  static func fill(
    _ rows: [Row], strips: [Strip], tables: [TableBox], height: Float, pagesMax: Int
  ) throws(TypesettingError) -> PageLayout {
    var layout = PageLayout(height: height, pagesMax: pagesMax)
    var index = 0
    while index < rows.count {
      if rows[index].beginsPage, !layout.current.isEmpty { try layout.turn() }
      var end = index
      var together: Float = rows[index].height
      while rows[end].keepsWithNext, end + 1 < rows.count, !rows[end + 1].beginsPage {
        end += 1
        together += rows[end].spaceBefore + rows[end].height
      }
      let space = layout.current.isEmpty ? 0 : rows[index].spaceBefore
      if !layout.current.isEmpty, layout.y + space + together > height {
        // What belongs together goes to a page of its own, unless it needs more than one anyway.
        if together <= height || layout.y > height * 0.5 { try layout.turn() }
      }
      for row in index...end { try layout.place(row, rows, strips, tables) }
      index = end + 1
    }
    if !layout.current.isEmpty { try layout.turn() }
    return layout
  }

  private init(height: Float, pagesMax: Int) {
    self.height = height
    self.pagesMax = pagesMax
  }

  private mutating func place(_ index: Int, _ rows: [Row], _ strips: [Strip], _ tables: [TableBox]) throws(TypesettingError) {
    let row = rows[index]
    if !current.isEmpty, y + row.spaceBefore + row.height > height { try turn() }
    if current.isEmpty { repeatHead(index, rows, strips, tables) }
    if !current.isEmpty { y += row.spaceBefore }
    current.append(Placed(row: Int32(index), y: y))
    y += row.height
  }

  /// Puts the head of a table again above a strip that begins a page.
  private mutating func repeatHead(_ index: Int, _ rows: [Row], _ strips: [Strip], _ tables: [TableBox]) {
    guard case .strip(let strip) = rows[index].content, !strips[Int(strip)].isHead else { return }
    let head = tables[Int(strips[Int(strip)].table)].headRows
    let headHeight = head.reduce(Float(0)) { $0 + rows[$1].height }
    guard headHeight + rows[index].height <= height, headHeight <= height / 2 else { return }
    for row in head {
      current.append(Placed(row: Int32(row), y: y))
      y += rows[row].height
    }
  }

  private mutating func turn() throws(TypesettingError) {
    guard pages.count < pagesMax else { throw .tooComplex(.pages, limit: pagesMax) }
    pages.append(current)
    current = []
    y = 0
  }
}
