/// How lists are numbered: bullets once for all, and for each ordered list a numbering that begins where it does.
enum DOCXNumbering {
  static func xml(_ lists: [(depth: Int, start: Int)], em: Int) -> XMLText {
    var xml = XMLText()
    abstract(&xml, 0, em: em) { level in ("bullet", ["•", "◦", "▪"][level % 3]) }
    abstract(&xml, 1, em: em) { level in ("decimal", "%\(level + 1).") }
    xml.markup("<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>")
    for (index, list) in lists.enumerated() {
      xml.markup("<w:num w:numId=\"\(index + 2)\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"\(list.depth)\">")
      xml.markup("<w:startOverride w:val=\"\(list.start)\"/></w:lvlOverride></w:num>")
    }
    return xml
  }

  private static func abstract(_ xml: inout XMLText, _ id: Int, em: Int, _ level: (Int) -> (format: String, text: String)) {
    xml.markup("<w:abstractNum w:abstractNumId=\"\(id)\"><w:multiLevelType w:val=\"multilevel\"/>")
    for depth in 0..<9 {
      let (format, text) = level(depth)
      xml.markup(
        "<w:lvl w:ilvl=\"\(depth)\"><w:start w:val=\"1\"/><w:numFmt w:val=\"\(format)\"/><w:lvlText w:val=\"\(text)\"/><w:lvlJc w:val=\"left\"/>"
      )
      xml.markup("<w:pPr><w:ind w:left=\"\((depth + 1) * em * 2)\" w:hanging=\"\(em * 3 / 2)\"/></w:pPr>")
      if format == "bullet" { xml.markup("<w:rPr><w:rFonts w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\" w:hint=\"eastAsia\"/></w:rPr>") }
      xml.markup("</w:lvl>")
    }
    xml.markup("</w:abstractNum>")
  }
}
