/// The styles of a Word file: one for each kind of paragraph, so that a reader can change its look in one place.
enum DOCXStyles {
  private static let songti =
    "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"宋体\"/>"
  private static let heiti = "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\" w:eastAsia=\"黑体\"/>"
  private static let mono = "<w:rFonts w:ascii=\"Consolas\" w:hAnsi=\"Consolas\" w:cs=\"Consolas\" w:eastAsia=\"宋体\"/>"

  /// - Parameter levelMin: Of the entries in the table of contents.
  static func part(_ setup: PageSetup, levelMin: Int) -> [UInt8] {
    // Word counts sizes in half points, distances in twentieths.
    let size = Int((setup.fontSize * 2).rounded())
    let em = Int(setup.fontSize * 20)
    let line = Int((setup.lineHeight * 240).rounded())
    var xml = XMLText(XMLText.declaration)
    xml.markup("<w:styles xmlns:w=\"\(DOCXPackage.word)\"><w:docDefaults><w:rPrDefault><w:rPr>\(songti)")
    xml.markup("<w:kern w:val=\"2\"/><w:sz w:val=\"\(size)\"/><w:szCs w:val=\"\(size)\"/>")
    xml.markup("<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>")
    xml.markup("<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/>")
    xml.markup("<w:pPr><w:widowControl/><w:spacing w:line=\"\(line)\" w:lineRule=\"auto\"/><w:jc w:val=\"both\"/></w:pPr></w:style>")
    xml.markup(
      "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>"
    )
    xml.markup(
      "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>"
    )
    xml.markup(
      "<w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
    )
    xml.markup("<w:style w:type=\"numbering\" w:default=\"1\" w:styleId=\"NoList\"><w:name w:val=\"No List\"/></w:style>")
    headings(&xml, size: size, em: em)
    let indent = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"\(em * 2)\"/>"
    paragraph(&xml, "BodyText", "Body Text", "<w:spacing w:before=\"\(em / 4)\" w:after=\"\(em / 4)\"/>\(indent)")
    paragraph(&xml, "Caption", "caption", "<w:spacing w:before=\"\(em / 4)\" w:after=\"\(em / 4)\"/><w:jc w:val=\"center\"/>")
    paragraph(&xml, "ListParagraph", "List Paragraph", "<w:spacing w:before=\"\(em / 6)\" w:after=\"\(em / 6)\"/>")
    paragraph(
      &xml, "Quote", "Quote",
      "<w:pBdr><w:left w:val=\"single\" w:sz=\"18\" w:space=\"8\" w:color=\"B8B8B8\"/></w:pBdr><w:spacing w:before=\"\(em / 4)\" w:after=\"\(em / 4)\"/><w:ind w:left=\"\(em)\"/>",
      "<w:color w:val=\"4D4D4D\"/>")
    paragraph(
      &xml, "SourceCode", "Source Code",
      "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F3F3F3\"/><w:spacing w:before=\"\(em / 2)\" w:after=\"\(em / 2)\" w:line=\"300\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>",
      "\(mono)<w:sz w:val=\"\(max(size * 85 / 100, 8))\"/>")
    paragraph(
      &xml, "TableText", "Table Text", "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"\(min(line, 300))\" w:lineRule=\"auto\"/>",
      "<w:sz w:val=\"\(max(size * 9 / 10, 8))\"/>")
    paragraph(
      &xml, "TableHead", "Table Head",
      "<w:keepNext/><w:spacing w:before=\"40\" w:after=\"40\" w:line=\"\(min(line, 300))\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
      "\(heiti)<w:b/><w:bCs/><w:sz w:val=\"\(max(size * 9 / 10, 8))\"/>")
    paragraph(
      &xml, "Header", "header",
      "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"1\" w:color=\"4D4D4D\"/></w:pBdr><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
      "<w:sz w:val=\"18\"/>")
    paragraph(&xml, "Footer", "footer", "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>", "<w:sz w:val=\"18\"/>")
    paragraph(
      &xml, "FootnoteText", "footnote text",
      "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>", "<w:sz w:val=\"18\"/>")
    for level in 1...DocumentOutline.contentsLevelMax {
      paragraph(
        &xml, "TOC\(level)", "toc \(level)",
        "<w:spacing w:before=\"\(level <= levelMin ? 80 : 0)\"/><w:ind w:left=\"\(max(level - levelMin, 0) * em * 3 / 2)\"/>")
    }
    characters(&xml)
    xml.markup("</w:styles>")
    return xml.bytes
  }

  private static func headings(_ xml: inout XMLText, size: Int, em: Int) {
    let scales = [1.7, 1.4, 1.2, 1.08, 1, 1]
    for level in 1...6 {
      let own = Int((Double(size) * scales[level - 1]).rounded())
      paragraph(
        &xml, "Heading\(level)", "heading \(level)",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"\(em * (level == 1 ? 14 : 9) / 10)\" w:after=\"\(em * 4 / 10)\" w:line=\"300\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"\(level - 1)\"/>",
        "\(heiti)<w:b/><w:bCs/><w:sz w:val=\"\(own)\"/><w:szCs w:val=\"\(own)\"/>", next: "BodyText")
    }
    let large = Int(Double(size) * 1.9)
    for (id, name) in [("Title", "Title"), ("TOCHeading", "TOC Heading")] {
      paragraph(
        &xml, id, name,
        "<w:keepNext/><w:spacing w:before=\"\(em)\" w:after=\"\(em)\" w:line=\"300\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
        "\(heiti)<w:b/><w:bCs/><w:sz w:val=\"\(large)\"/><w:szCs w:val=\"\(large)\"/>", next: "BodyText")
    }
  }

  private static func paragraph(
    _ xml: inout XMLText, _ id: String, _ name: String, _ properties: String, _ run: String = "", next: String? = nil
  ) {
    xml.markup("<w:style w:type=\"paragraph\" w:styleId=\"\(id)\"><w:name w:val=\"\(name)\"/><w:basedOn w:val=\"Normal\"/>")
    if let next { xml.markup("<w:next w:val=\"\(next)\"/>") }
    xml.markup("<w:qFormat/><w:pPr>\(properties)</w:pPr>\(run.isEmpty ? "" : "<w:rPr>\(run)</w:rPr>")</w:style>")
  }

  private static func characters(_ xml: inout XMLText) {
    let styles = [
      ("VerbatimChar", "Verbatim Char", "\(mono)<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"EDEDED\"/>"),
      ("Hyperlink", "Hyperlink", "<w:color w:val=\"0D408C\"/>"),
      ("FootnoteReference", "footnote reference", "<w:vertAlign w:val=\"superscript\"/>"),
    ]
    for (id, name, run) in styles {
      xml.markup(
        "<w:style w:type=\"character\" w:styleId=\"\(id)\"><w:name w:val=\"\(name)\"/><w:basedOn w:val=\"DefaultParagraphFont\"/><w:rPr>\(run)</w:rPr></w:style>"
      )
    }
    xml.markup(
      "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>"
    )
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
      xml.markup(
        "<w:\(side) w:val=\"single\" w:sz=\"\(side.hasPrefix("inside") ? 4 : 8)\" w:space=\"0\" w:color=\"\(side.hasPrefix("inside") ? "737373" : "333333")\"/>"
      )
    }
    xml.markup("</w:tblBorders></w:tblPr></w:style>")
  }
}
