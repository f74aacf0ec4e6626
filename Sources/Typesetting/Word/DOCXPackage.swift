internal import Platform

/// All parts of a Word file.
struct DOCXPackage {
  struct Part {
    var name: String
    var bytes: [UInt8]
    var isCompressed = true
  }

  private(set) var parts: [Part] = []

  static let word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
  private static let types = "application/vnd.openxmlformats-officedocument.wordprocessingml."
  private static let spaces =
    "xmlns:w=\"\(word)\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
    + " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""
    + " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""
    + " xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""
    + " xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\""

  init(_ document: DOCXDocument, outline: DocumentOutline, setup: PageSetup, options: RenderOptions) {
    var relationships = document.relationships
    var overrides = ["document": "document.main+xml"]
    for (part, type) in [("styles", "styles"), ("numbering", "numbering"), ("settings", "settings"), ("fontTable", "fontTable")] {
      _ = relationships.part(type, "\(part).xml")
      overrides[part] = "\(type)+xml"
    }
    let hasNotes = document.noteCount > 0
    if hasNotes {
      _ = relationships.part("footnotes", "footnotes.xml")
      overrides["footnotes"] = "footnotes+xml"
    }
    var references = ""
    let margins = DOCXMargins(options)
    if let header = margins.header {
      references += "<w:headerReference w:type=\"default\" r:id=\"\(relationships.part("header", "header1.xml"))\"/>"
      overrides["header1"] = "header+xml"
      add("word/header1.xml", "<w:hdr \(Self.spaces)>", header, "</w:hdr>")
    }
    if let footer = margins.footer {
      references += "<w:footerReference w:type=\"default\" r:id=\"\(relationships.part("footer", "footer1.xml"))\"/>"
      overrides["footer1"] = "footer+xml"
      add("word/footer1.xml", "<w:ftr \(Self.spaces)>", footer, "</w:ftr>")
    }
    add(
      "word/document.xml", "<w:document \(Self.spaces)><w:body>", document.xml,
      "<w:sectPr>\(references)\(Self.section(setup))</w:sectPr></w:body></w:document>")
    parts.append(Part(name: "word/styles.xml", bytes: DOCXStyles.part(setup, levelMin: outline.levelMin)))
    add(
      "word/numbering.xml", "<w:numbering xmlns:w=\"\(Self.word)\">", DOCXNumbering.xml(document.orderedLists, em: document.em),
      "</w:numbering>")
    add("word/settings.xml", "<w:settings xmlns:w=\"\(Self.word)\">", Self.settings(options, hasNotes: hasNotes), "</w:settings>")
    add("word/fontTable.xml", "<w:fonts xmlns:w=\"\(Self.word)\">", Self.fonts, "</w:fonts>")
    if hasNotes {
      var notes = XMLText(Self.separators)
      notes.append(document.notes)
      add("word/footnotes.xml", "<w:footnotes \(Self.spaces)>", notes, "</w:footnotes>")
      parts.append(Part(name: "word/_rels/footnotes.xml.rels", bytes: document.noteRelationships.part))
    }
    parts.append(Part(name: "word/_rels/document.xml.rels", bytes: relationships.part))
    for medium in document.media {
      parts.append(Part(name: "word/media/\(medium.name)", bytes: medium.image.bytes, isCompressed: false))
    }
    addProperties(options.metadata)
    addRoot(overrides)
  }

  private mutating func add(_ name: String, _ start: String, _ content: XMLText, _ end: String) {
    var xml = XMLText(XMLText.declaration)
    xml.markup(start)
    xml.append(content)
    xml.markup(end)
    parts.append(Part(name: name, bytes: xml.bytes))
  }

  private static func section(_ setup: PageSetup) -> String {
    let (width, height) = setup.pointSize
    let twips = { (centimetres: Double) in Int((centimetres * PageSetup.pointsPerCentimetre * 20).rounded()) }
    let orientation = setup.orientation == .landscape ? " w:orient=\"landscape\"" : ""
    let margins = setup.margins
    let size = "<w:pgSz w:w=\"\(Int((width * 20).rounded()))\" w:h=\"\(Int((height * 20).rounded()))\"\(orientation)/>"
    return size + "<w:pgMar w:top=\"\(twips(margins.top))\" w:right=\"\(twips(margins.right))\" w:bottom=\"\(twips(margins.bottom))\""
      + " w:left=\"\(twips(margins.left))\" w:header=\"\(twips(margins.top * 0.55))\" w:footer=\"\(twips(margins.bottom * 0.45))\" w:gutter=\"0\"/>"
  }

  private static func settings(_ options: RenderOptions, hasNotes: Bool) -> XMLText {
    var xml = XMLText()
    xml.markup("<w:defaultTabStop w:val=\"420\"/><w:characterSpacingControl w:val=\"compressPunctuation\"/>")
    // Page numbers in the table of contents are counted anew when the file is opened.
    if options.hasTableOfContents { xml.markup("<w:updateFields w:val=\"true\"/>") }
    if hasNotes {
      xml.markup("<w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>")
    }
    xml.markup(
      "<w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
    )
    return xml
  }

  /// For machines without the Chinese names, the fonts' other ones.
  private static let fonts = XMLText(
    "<w:font w:name=\"宋体\"><w:altName w:val=\"SimSun\"/><w:charset w:val=\"86\"/><w:family w:val=\"roman\"/></w:font>"
      + "<w:font w:name=\"黑体\"><w:altName w:val=\"SimHei\"/><w:charset w:val=\"86\"/><w:family w:val=\"swiss\"/></w:font>"
      + "<w:font w:name=\"Times New Roman\"><w:family w:val=\"roman\"/></w:font><w:font w:name=\"Arial\"><w:family w:val=\"swiss\"/></w:font>"
      + "<w:font w:name=\"Consolas\"><w:altName w:val=\"Courier New\"/><w:family w:val=\"modern\"/></w:font>")

  private static let separators =
    "<w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>"
    + "<w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"

  private mutating func addProperties(_ metadata: DocumentMetadata) {
    var core = XMLText()
    let texts = [
      ("dc:title", metadata.title), ("dc:subject", metadata.subject), ("dc:creator", metadata.author),
      ("cp:keywords", metadata.keywords.joined(separator: ", ")), ("cp:lastModifiedBy", metadata.author),
    ]
    for (name, text) in texts where !text.isEmpty {
      core.markup("<\(name)>")
      core.text(text)
      core.markup("</\(name)>")
    }
    for (name, time) in [("dcterms:created", metadata.created), ("dcterms:modified", metadata.changed ?? metadata.created)] {
      if let time { core.markup("<\(name) xsi:type=\"dcterms:W3CDTF\">\(Timestamp.rfc3339(wallMicroseconds: time))</\(name)>") }
    }
    add(
      "docProps/core.xml",
      "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\""
        + " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\""
        + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">", core, "</cp:coreProperties>")
    add(
      "docProps/app.xml", "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">",
      XMLText("<Application>Weft</Application>"), "</Properties>")
  }

  private mutating func addRoot(_ overrides: [String: String]) {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let package = "http://schemas.openxmlformats.org/package/2006"
    add(
      "_rels/.rels", "<Relationships xmlns=\"\(package)/relationships\">",
      XMLText(
        "<Relationship Id=\"rId1\" Type=\"\(office)/officeDocument\" Target=\"word/document.xml\"/>"
          + "<Relationship Id=\"rId2\" Type=\"\(package)/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
          + "<Relationship Id=\"rId3\" Type=\"\(office)/extended-properties\" Target=\"docProps/app.xml\"/>"), "</Relationships>")
    var types = XMLText(
      "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        + "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>"
        + "<Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>")
    for (part, type) in overrides.sorted(by: { $0.key < $1.key }) {
      types.markup("<Override PartName=\"/word/\(part).xml\" ContentType=\"\(Self.types)\(type)\"/>")
    }
    types.markup("<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>")
    types.markup(
      "<Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>")
    add("[Content_Types].xml", "<Types xmlns=\"\(package)/content-types\">", types, "</Types>")
    // Readers that go by order expect the types first.
    parts.insert(parts.removeLast(), at: 0)
  }
}
