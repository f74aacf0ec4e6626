extension RowBuilder {
  private static let sampleRows = 400

  /// A table as strips: each row of it is as many strips as its longest cell has lines, so that it can break over pages.
  mutating func addTable(_ table: Table, _ flow: Flow) throws {
    guard !table.alignments.isEmpty else { return }
    var size = max(0.9 * em, 5)
    var (widths, need) = columnWidths(table, size: size, room: flow.width)
    if table.alignments.count > 6, need > 1.2 * flow.width {
      // Many columns with too little room: smaller type, as a person would choose.
      size = max(0.75 * em, 5)
      (widths, need) = columnWidths(table, size: size, room: flow.width)
    }
    var edges = [flow.left]
    for width in widths { edges.append(edges[edges.count - 1] + width) }
    tables.append(TableBox(edges: edges))
    let index = tables.count - 1
    let first = rows.count
    pendingTableSpace = 0.5 * em
    try addTableRow(table.head, table.alignments, index, size: size, isHead: true, flow)
    tables[index].headRows = first..<rows.count
    for (number, row) in table.rows.enumerated() {
      if number % 50 == 49 { try progress(0) }
      try addTableRow(row, table.alignments, index, size: size, isHead: false, flow)
    }
    if table.rows.isEmpty { rows[rows.count - 1].keepsWithNext = false }
    wantSpaceAfter(0.7 * em)
  }

  private func padding(_ size: Float) -> Float { 0.45 * size }

  private func style(_ size: Float, isHead: Bool, _ flow: Flow) -> TextStyle {
    TextStyle(family: isHead ? .sans : .serif, size: size, isBold: isHead, ink: flow.ink)
  }

  private mutating func addTableRow(
    _ cells: [[Inline]], _ alignments: [Table.Alignment], _ table: Int, size: Float, isHead: Bool, _ flow: Flow
  ) throws {
    let edges = tables[table].edges
    let padding = self.padding(size)
    let height = size * max(1.2, lineHeight * 0.87)
    var lines: [Range<Int>] = []
    for (column, cell) in cells.enumerated() {
      lines.append(
        try setLines(
          cell, style(size, isHead: isHead, flow),
          .init(
            width: max(edges[column + 1] - edges[column] - 2 * padding, size),
            alignment: Self.alignment(alignments[column], isHead: isHead), lineHeight: height, fontSize: size, stretchMax: 0.12)))
      for number in references where targetRows[.reference(number)] == nil { targetRows[.reference(number)] = rows.count }
    }
    let count = max(1, lines.map(\.count).max() ?? 1)
    let cellHeights = lines.map { $0.reduce(Float(0)) { $0 + store.lines[$1].height } }
    let rowHeight = max(cellHeights.max() ?? 0, height)
    let isWhole = count <= 8 && rowHeight < pageHeight * 0.4
    for place in 0..<count {
      var strip = Strip(table: Int32(table), cells: [], isHead: isHead, beginsRow: place == 0, endsRow: place == count - 1)
      var stripHeight: Float = height
      for column in cells.indices where place < lines[column].count {
        let line = lines[column].lowerBound + place
        stripHeight = max(stripHeight, store.lines[line].height)
        let down = isWhole ? (rowHeight - cellHeights[column]) / 2 : 0
        strip.cells.append(
          .init(line: Int32(line), x: edges[column] + padding, y: down + (place == 0 ? 0.55 * padding : 0)))
      }
      let isNearEdge = place == 0 || place == count - 2
      strips.append(strip)
      var row = Row(
        content: .strip(Int32(strips.count - 1)), x: flow.left,
        height: stripHeight + (place == 0 ? 0.55 * padding : 0) + (place == count - 1 ? 0.55 * padding : 0), surround: flow.surround)
      row.keepsWithNext = isHead || place < count - 1 && (isWhole || isNearEdge)
      append(row, before: pendingTableSpace)
      pendingTableSpace = 0
    }
  }

  private static func alignment(_ alignment: Table.Alignment, isHead: Bool) -> LineBreaker.Alignment {
    switch alignment {
    case .none: isHead ? .center : .justified
    case .left: .justified
    case .center: .center
    case .right: .right
    }
  }

  // MARK: Columns

  /// Widths that fill `room`: columns that need little get it, the others share the rest, long ones more. And what all of them
  /// would need for no cell to wrap.
  private mutating func columnWidths(_ table: Table, size: Float, room: Float) -> (widths: [Float], need: Float) {
    let count = table.alignments.count
    var least = [Float](repeating: 2 * size, count: count)
    var most = [Float](repeating: size, count: count)
    let padding = 2 * self.padding(size) + 0.01
    let picturesBefore = pictures.count
    // Measured only: the pictures come again when the cells are set.
    defer { pictures.removeLast(pictures.count - picturesBefore) }
    for (index, row) in ([table.head] + table.rows.prefix(Self.sampleRows)).enumerated() {
      for (column, cell) in row.enumerated() where !cell.isEmpty {
        let runs = self.runs(cell, style(size, isHead: index == 0, RowBuilder.Flow(left: 0, width: room)), widthMax: room / Float(count))
        // What is longer than this needs as much room as there is anyway.
        shaper.shape(TextPieces.portions(runs)[0], pictures: pictures, into: &shaped)
        let widths = LineBreaker.widths(of: shaped)
        least[column] = max(least[column], widths.least)
        most[column] = max(most[column], widths.most)
      }
    }
    let widths = TableColumns.widths(least: least.map { $0 + padding }, most: most.map { $0 + padding }, room: room)
    return (widths, most.reduce(0) { $0 + $1 + padding })
  }
}

/// Shares the width of a page among the columns of a table.
enum TableColumns {
  /// - Parameters:
  ///   - least: Widths below which words are cut.
  ///   - most: Widths from which on nothing wraps.
  /// - Returns: Widths that add up to `room`.
  static func widths(least: [Float], most: [Float], room: Float) -> [Float] {
    let total = most.reduce(0, +)
    if total <= room { return most.map { $0 + (room - total) * $0 / total } }
    var widths = [Float](repeating: 0, count: most.count)
    var open = Array(most.indices)
    var rest = room
    while !open.isEmpty {
      // Twice the text gets half as much again, not twice the width, or a short column would be starved by a long one.
      let weight = open.reduce(Float(0)) { $0 + most[$1].squareRoot() }
      for column in open { widths[column] = rest * most[column].squareRoot() / weight }
      let share = rest / Float(open.count)
      let settled = open.filter { most[$0] <= max(widths[$0], 0.6 * share) }
      if settled.isEmpty { break }
      for column in settled {
        widths[column] = most[column]
        rest -= most[column]
      }
      open.removeAll { settled.contains($0) }
    }
    lift(&widths, to: least.map { min($0, 1.4 * room / Float(most.count)) }, open: open)
    return widths
  }

  /// The same from the texts' lengths alone: a Chinese character counts one, any other about a half.
  ///
  /// - Parameter room: In Chinese characters.
  static func estimated(_ table: Table, room: Float) -> [Float] {
    var most = [Float](repeating: 2, count: table.alignments.count)
    for row in [table.head] + table.rows.prefix(400) {
      for (column, cell) in row.enumerated() { most[column] = max(most[column], squares(cell) + padding) }
    }
    return widths(least: [Float](repeating: 2, count: most.count), most: most, room: room)
  }

  /// Both sides of a cell, in Chinese characters.
  static let padding: Float = 1.2

  /// The length of a cell's text in Chinese characters, no more than 400.
  static func squares(_ cell: [Inline]) -> Float {
    var squares: Float = 0
    for scalar in cell.plainText.unicodeScalars.prefix(400) { squares += ChineseText.isWide(scalar) ? 1 : 0.55 }
    return squares
  }

  /// Gives columns narrower than their longest word what others can spare: no more than a third of what they have.
  private static func lift(_ widths: inout [Float], to least: [Float], open: [Int]) {
    let spares = widths.indices.map { open.contains($0) ? max(0, min(widths[$0] - least[$0], widths[$0] / 3)) : 0 }
    let missing = open.reduce(Float(0)) { $0 + max(0, least[$1] - widths[$1]) }
    let spare = spares.reduce(0, +)
    guard missing > 0, spare > 0 else { return }
    let moved = min(missing, spare)
    for column in open {
      widths[column] += moved * max(0, least[column] - widths[column]) / missing - moved * spares[column] / spare
    }
  }
}
