extension DOCXDocument {
  /// The table of contents: a field that Word fills anew, with its entries as they stand now.
  mutating func contents(_ outline: DocumentOutline, pages: [Int: Int]) {
    xml.markup(
      "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
    )
    paragraph(style: "TOCHeading", [.text(DocumentParts.contentsTitle)])
    let entries = outline.contents
    for (place, entry) in entries.enumerated() {
      let item = outline.entries[entry.index]
      xml.markup(
        "<w:p><w:pPr><w:pStyle w:val=\"TOC\(max(item.level, outline.levelMin))\"/><w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"\(textWidth)\"/></w:tabs></w:pPr>"
      )
      if place == 0 {
        field("begin")
        xml.markup(
          "<w:r><w:instrText xml:space=\"preserve\"> TOC \\o &quot;\(outline.levelMin)-\(DocumentOutline.contentsLevelMax)&quot; \\h \\z \\u </w:instrText></w:r>"
        )
        field("separate")
      }
      let bookmark = "_Toc\(entry.index + 1)"
      xml.markup("<w:hyperlink w:anchor=\"\(bookmark)\" w:history=\"1\"><w:r><w:t xml:space=\"preserve\">")
      xml.text(item.text)
      xml.markup("</w:t></w:r><w:r><w:tab/></w:r>")
      field("begin")
      xml.markup("<w:r><w:instrText xml:space=\"preserve\"> PAGEREF \(bookmark) \\h </w:instrText></w:r>")
      field("separate")
      xml.markup("<w:r><w:t>\(pages[entry.index].map(String.init) ?? "")</w:t></w:r>")
      field("end")
      xml.markup("</w:hyperlink>")
      if place == entries.count - 1 { field("end") }
      xml.markup("</w:p>")
    }
    xml.markup("</w:sdtContent></w:sdt>")
  }

  private mutating func field(_ kind: String) { xml.markup("<w:r><w:fldChar w:fldCharType=\"\(kind)\"/></w:r>") }
}
