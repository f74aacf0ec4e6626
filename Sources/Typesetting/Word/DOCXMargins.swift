/// Header and footer of a Word file; nil where there is nothing to show.
struct DOCXMargins {
  private(set) var header: XMLText?
  private(set) var footer: XMLText?

  init(_ options: RenderOptions) {
    let text = options.header ?? ""
    let mark = options.watermark.flatMap { $0.text.isEmpty ? nil : $0 }
    if !text.isEmpty || mark != nil {
      var xml = XMLText(
        "<w:p><w:pPr><w:pStyle w:val=\"Header\"/>\(text.isEmpty ? "<w:pBdr><w:bottom w:val=\"nil\"/></w:pBdr>" : "")</w:pPr>")
      if let mark { Self.append(mark, options.page.bounded, to: &xml) }
      if !text.isEmpty { Self.append(text, to: &xml) }
      xml.markup("</w:p>")
      header = xml
    }
    let note = options.footer ?? ""
    if !note.isEmpty || options.hasPageNumbers { footer = Self.footer(note, options) }
  }

  private static func append(_ text: String, to xml: inout XMLText) {
    xml.markup("<w:r><w:t xml:space=\"preserve\">")
    xml.text(text)
    xml.markup("</w:t></w:r>")
  }

  private static func footer(_ text: String, _ options: RenderOptions) -> XMLText {
    let setup = options.page.bounded
    let width = Int((setup.pointSize.width - (setup.margins.left + setup.margins.right) * PageSetup.pointsPerCentimetre) * 20)
    let isCentered = text.isEmpty || !options.hasPageNumbers
    var xml = XMLText("<w:p><w:pPr><w:pStyle w:val=\"Footer\"/>")
    xml.markup(isCentered ? "<w:jc w:val=\"center\"/>" : "<w:tabs><w:tab w:val=\"right\" w:pos=\"\(width)\"/></w:tabs>")
    xml.markup("</w:pPr>")
    if !text.isEmpty { append(text, to: &xml) }
    if options.hasPageNumbers {
      if !text.isEmpty { xml.markup("<w:r><w:tab/></w:r>") }
      append("第 ", to: &xml)
      xml.markup("<w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple>")
      append(" 页 / 共 ", to: &xml)
      xml.markup("<w:fldSimple w:instr=\" NUMPAGES \"><w:r><w:t>1</w:t></w:r></w:fldSimple>")
      append(" 页", to: &xml)
    }
    xml.markup("</w:p>")
    return xml
  }

  /// The way Word itself makes a watermark: a turned line of text art behind the page, held by the header.
  private static func append(_ mark: Watermark, _ setup: PageSetup, to xml: inout XMLText) {
    var squares = 0.0
    for scalar in mark.text.unicodeScalars.prefix(200) { squares += ChineseText.isWide(scalar) ? 1 : 0.55 }
    let (sheetWidth, sheetHeight) = setup.pointSize
    let diagonal = (sheetWidth * sheetWidth + sheetHeight * sheetHeight).squareRoot()
    let width = Int(min(0.6 * diagonal, squares * min(sheetWidth, sheetHeight) / 5))
    let height = Int(Double(width) / max(squares, 1))
    let opacity = mark.opacity.isFinite ? min(max(mark.opacity, 0), 1) : 0.1
    xml.markup(
      "<w:r><w:pict><v:shapetype id=\"_x0000_t136\" coordsize=\"21600,21600\" o:spt=\"136\" adj=\"10800\" path=\"m@7,l@8,m@5,21600l@6,21600e\">"
    )
    xml.markup(
      "<v:formulas><v:f eqn=\"sum #0 0 10800\"/><v:f eqn=\"prod #0 2 1\"/><v:f eqn=\"sum 21600 0 @1\"/><v:f eqn=\"sum 0 0 @2\"/><v:f eqn=\"sum 21600 0 @3\"/>"
    )
    xml.markup("<v:f eqn=\"if @0 @3 0\"/><v:f eqn=\"if @0 21600 @1\"/><v:f eqn=\"if @0 0 @2\"/><v:f eqn=\"if @0 @4 21600\"/></v:formulas>")
    xml.markup("<v:path textpathok=\"t\"/><v:textpath on=\"t\" fitshape=\"t\"/></v:shapetype>")
    xml.markup(
      "<v:shape id=\"PowerPlusWaterMarkObject1\" o:spid=\"_x0000_s2049\" type=\"#_x0000_t136\" style=\"position:absolute;margin-left:0;margin-top:0;width:\(width)pt;height:\(height)pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin\" o:allowincell=\"f\" fillcolor=\"#595959\" stroked=\"f\">"
    )
    xml.markup("<v:fill opacity=\"\(opacity)\"/><v:textpath style=\"font-family:&quot;黑体&quot;;font-size:1pt\" string=\"")
    xml.text(mark.text)
    xml.markup("\"/></v:shape></w:pict></w:r>")
  }
}
