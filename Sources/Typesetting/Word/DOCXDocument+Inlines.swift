/// What a run of text looks like, beyond its paragraph.
struct DOCXRunStyle {
  var isBold = false
  var isItalic = false
  var isStruck = false
  var isCode = false
  var isLink = false
  /// Whether marks that Chinese and Latin share are those of Chinese: quotes, dashes, ellipses.
  var isChinese = false

  var markup: String {
    var text = ""
    if isCode { text += "<w:rStyle w:val=\"VerbatimChar\"/>" } else if isLink { text += "<w:rStyle w:val=\"Hyperlink\"/>" }
    if isChinese { text += "<w:rFonts w:hint=\"eastAsia\"/>" }
    if isBold { text += "<w:b/><w:bCs/>" }
    if isItalic { text += "<w:i/><w:iCs/>" }
    if isStruck { text += "<w:strike/>" }
    return text.isEmpty ? "" : "<w:rPr>\(text)</w:rPr>"
  }
}

extension DOCXDocument {
  mutating func runs(_ content: [Inline], _ style: DOCXRunStyle) {
    for inline in content {
      switch inline {
      case .text(let text):
        for piece in LatinQuotes.split(text) {
          var inner = style
          inner.isChinese = !piece.isLatin && Self.hasChineseMarks(piece.text)
          run(piece.text, inner)
        }
      case .lineBreak: xml.markup("<w:r><w:br/></w:r>")
      case .emphasis(let content):
        var inner = style
        inner.isItalic = true
        runs(content, inner)
      case .strong(let content):
        var inner = style
        inner.isBold = true
        runs(content, inner)
      case .strikethrough(let content):
        var inner = style
        inner.isStruck = true
        runs(content, inner)
      case .code(let text):
        var inner = style
        inner.isCode = true
        run(text, inner)
      case .link(let address, let content): link(address, content, style)
      case .image(let source, let title, let alternative): picture(source, title, alternative, style)
      case .footnoteReference(let number): noteReference(number)
      }
    }
  }

  /// Whether there are marks that Word takes from the Latin font unless told otherwise, and no Latin text only around them.
  private static func hasChineseMarks(_ text: String) -> Bool {
    var hasMarks = false
    var hasWide = false
    var hasLatin = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0xB7: hasMarks = true
      default:
        if ChineseText.isWide(scalar) { hasWide = true }
        if ChineseText.isLatin(scalar.value) { hasLatin = true }
      }
    }
    return hasMarks && (hasWide || !hasLatin)
  }

  private mutating func run(_ text: String, _ style: DOCXRunStyle) {
    xml.markup("<w:r>\(style.markup)<w:t xml:space=\"preserve\">")
    xml.text(text)
    xml.markup("</w:t></w:r>")
  }

  private mutating func link(_ address: String, _ content: [Inline], _ style: DOCXRunStyle) {
    guard !style.isLink, let allowed = LinkAddress.allowed(address) else { return runs(content, style) }
    let id = isInNotes ? noteRelationships.link(allowed) : relationships.link(allowed)
    var inner = style
    inner.isLink = true
    xml.markup("<w:hyperlink r:id=\"\(id)\" w:history=\"1\">")
    runs(content, inner)
    xml.markup("</w:hyperlink>")
  }

  /// Word counts notes by their marks, so only the first reference is one; later ones are the bare number.
  private mutating func noteReference(_ number: Int) {
    guard !isInNotes, number >= 1, number <= noteCount, referredNotes.insert(number).inserted else {
      xml.markup("<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:t>\(number)</w:t></w:r>")
      return
    }
    xml.markup("<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"\(number)\"/></w:r>")
  }

  /// English Metric Units in a pixel at 96 an inch, and in a twentieth of a point.
  private static var unitsPerPixel: Int { 9_525 }
  private static var unitsPerTwip: Int { 635 }

  private mutating func picture(_ source: String, _ title: String, _ alternative: String, _ style: DOCXRunStyle) {
    guard let image = images.image(source) else { return run(alternative.isEmpty ? "［图片］" : alternative, style) }
    let (name, number) = medium(source, image)
    let id = isInNotes ? noteRelationships.image(name) : relationships.image(name)
    let width = image.width * Self.unitsPerPixel
    let height = image.height * Self.unitsPerPixel
    let widthMax = textWidth * Self.unitsPerTwip
    let heightMax = Int(
      (setup.pointSize.height - (setup.margins.top + setup.margins.bottom) * PageSetup.pointsPerCentimetre) * 0.8 * 12_700)
    let scale = min(1, Double(widthMax) / Double(width), Double(heightMax) / Double(height))
    let size = "cx=\"\(max(1, Int(Double(width) * scale)))\" cy=\"\(max(1, Int(Double(height) * scale)))\""
    xml.markup("<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent \(size)/>")
    xml.markup("<wp:docPr id=\"\(number)\" name=\"图片 \(number)\" title=\"")
    xml.text(title)
    xml.markup("\" descr=\"")
    xml.text(alternative)
    xml.markup("\"/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>")
    xml.markup("<pic:nvPicPr><pic:cNvPr id=\"\(number)\" name=\"\(name)\"/><pic:cNvPicPr/></pic:nvPicPr>")
    xml.markup("<pic:blipFill><a:blip r:embed=\"\(id)\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>")
    xml.markup("<pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext \(size)/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>")
    xml.markup("</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>")
  }
}
