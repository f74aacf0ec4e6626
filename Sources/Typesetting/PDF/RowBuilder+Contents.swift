extension RowBuilder {
  /// The table of contents; page numbers are filled in when the pages are drawn.
  mutating func addContents(_ outline: DocumentOutline, title: String, _ flow: Flow) throws {
    guard !outline.contents.isEmpty else { return }
    try addTitle(title, flow, isCentered: true)
    for (index, depth) in outline.contents {
      let indent = Float(depth) * 1.5 * em
      var style = TextStyle(family: depth == 0 ? .sans : .serif, size: em, isBold: depth == 0)
      style.link = self.index(of: .heading(index))
      let lines = try setLines(
        [.text(outline.entries[index].text)], style,
        .init(width: flow.width - indent - 3 * em, alignment: .left, lineHeight: lineHeight * em, fontSize: em))
      for line in lines {
        let isLast = line == lines.upperBound - 1
        var row = Row(content: .line(Int32(line)), x: flow.left + indent, height: store.lines[line].height)
        row.contentsEntry = isLast ? Int32(index) : -1
        row.keepsWithNext = !isLast
        append(row, before: line == lines.lowerBound && depth == 0 ? 0.35 * em : 0)
      }
    }
  }

  /// The notes, at the end of the text, each with a way back to where it is first referred to.
  mutating func addFootnotes(_ footnotes: [Footnote], _ flow: Flow) throws {
    guard !footnotes.isEmpty else { return }
    append(Row(content: .rule, x: flow.left, height: em, keepsWithNext: true), before: 1.2 * em)
    try addTitle(level: 3, DocumentParts.footnotesTitle, flow)
    let indent = (0.55 * Float(String(footnotes.count).utf8.count) + 1.2) * em
    var inner = flow
    inner.left += indent
    inner.width = max(flow.width - indent, 4 * em)
    inner.isIndented = false
    inner.isTight = true
    for (index, footnote) in footnotes.enumerated() {
      let first = rows.count
      try add(footnote.blocks, inner)
      if first == rows.count { append(Row(content: .space, x: inner.left, height: lineHeight * em), before: 0) }
      targetRows[.footnote(index + 1)] = first
      var style = TextStyle(size: em, ink: .link)
      style.link = self.index(of: .reference(index + 1))
      shaper.shape([StyledRun(text: "[\(index + 1)]", style: style)], into: &shaped)
      let line = LineBreaker.lines(
        of: shaped, .init(width: indent, alignment: .left, lineHeight: lineHeight * em, fontSize: em), pictures: [], into: &store)
      rows[first].marker = .line(Int32(line.lowerBound), x: flow.left)
    }
  }
}
