extension DOCXDocument {
  mutating func add(_ table: Table, _ flow: Flow) throws {
    let room = max(textWidth - flow.indent, 2_000)
    let widths = columnWidths(table, room: room)
    xml.markup("<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"\(room)\" w:type=\"dxa\"/>")
    xml.markup(flow.indent > 0 ? "<w:tblInd w:w=\"\(flow.indent)\" w:type=\"dxa\"/>" : "<w:jc w:val=\"center\"/>")
    xml.markup("<w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\"/></w:tblPr><w:tblGrid>")
    for width in widths { xml.markup("<w:gridCol w:w=\"\(width)\"/>") }
    xml.markup("</w:tblGrid>")
    row(table.head, table.alignments, widths, isHead: true)
    for cells in table.rows {
      guard xml.bytes.count <= bytesMax else { throw TypesettingError.tooComplex(.outputBytes, limit: bytesMax) }
      row(cells, table.alignments, widths, isHead: false)
    }
    xml.markup("</w:tbl>")
    // Two tables with nothing between them would be one, and a note must not end with a table.
    spacer()
  }

  private mutating func row(_ cells: [[Inline]], _ alignments: [Table.Alignment], _ widths: [Int], isHead: Bool) {
    xml.markup("<w:tr>")
    if isHead {
      xml.markup("<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")
    } else if isShort(cells, widths) {
      xml.markup("<w:trPr><w:cantSplit/></w:trPr>")
    }
    for (column, cell) in cells.enumerated() {
      xml.markup("<w:tc><w:tcPr><w:tcW w:w=\"\(widths[column])\" w:type=\"dxa\"/>")
      if isHead { xml.markup("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"EBEBEB\"/>") }
      xml.markup("<w:vAlign w:val=\"center\"/></w:tcPr><w:p><w:pPr><w:pStyle w:val=\"\(isHead ? "TableHead" : "TableText")\"/>")
      switch alignments[column] {
      case .none: break
      case .left: xml.markup("<w:jc w:val=\"left\"/>")
      case .center: xml.markup("<w:jc w:val=\"center\"/>")
      case .right: xml.markup("<w:jc w:val=\"right\"/>")
      }
      xml.markup("</w:pPr>")
      runs(cell, DOCXRunStyle())
      xml.markup("</w:p></w:tc>")
    }
    xml.markup("</w:tr>")
  }

  /// In twentieths of a point.
  private func columnWidths(_ table: Table, room: Int) -> [Int] {
    TableColumns.estimated(table, room: Float(room) / cellSize).map { max(1, Int($0 * cellSize)) }
  }

  /// The font size in cells, in twentieths of a point.
  private var cellSize: Float { Float(setup.fontSize * 20 * 0.9) }

  /// Whether the row has about as few lines as stay together in a PDF.
  private func isShort(_ cells: [[Inline]], _ widths: [Int]) -> Bool {
    for (column, cell) in cells.enumerated() {
      let room = max(Float(widths[column]) / cellSize - TableColumns.padding, 1)
      if TableColumns.squares(cell) > 8 * room { return false }
    }
    return true
  }
}
