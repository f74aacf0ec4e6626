internal import Platform

/// Writes a document's Markdown as it stands, with what the options ask for around it: a head in YAML, a table of contents, an
/// appendix of versions. Page setup, header, footer and watermark have no place in Markdown.
package struct MarkdownWriter {
  /// - Parameters:
  ///   - markdown: The document's text; it comes out unchanged but for control characters.
  ///   - tree: The same text as `MarkdownReader` read it, for the table of contents.
  ///   - sink: Takes the bytes in chunks of about 64 KiB, in order.
  package static func write(
    _ markdown: String, _ tree: DocumentTree, options: RenderOptions, to sink: @escaping ([UInt8]) throws -> Void
  ) throws {
    let output = OutputBuffer(bytesMax: options.outputBytesMax, sink: sink)
    if options.hasMetadataPage { try output.append(head(options.metadata).utf8) }
    if options.hasTableOfContents { try output.append(contents(tree).utf8) }
    let text = PlainText.cleaned(markdown)
    try output.append(text.utf8)
    if !text.hasSuffix("\n") { try output.append("\n".utf8) }
    if !options.versions.isEmpty { try output.append(appendix(options.versions).utf8) }
    try output.flush()
  }

  /// The same in one piece.
  package static func bytes(_ markdown: String, _ tree: DocumentTree, options: RenderOptions) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(markdown, tree, options: options) { bytes += $0 }
    return bytes
  }

  private static func head(_ metadata: DocumentMetadata) -> String {
    var text = "---\n"
    for (name, value) in [("title", metadata.title), ("author", metadata.author), ("subject", metadata.subject)] where !value.isEmpty {
      text += "\(name): \(scalar(value))\n"
    }
    if !metadata.keywords.isEmpty { text += "keywords: [\(metadata.keywords.map(scalar).joined(separator: ", "))]\n" }
    if let created = metadata.created { text += "created: \(Timestamp.rfc3339(wallMicroseconds: created))\n" }
    if let changed = metadata.changed { text += "updated: \(Timestamp.rfc3339(wallMicroseconds: changed))\n" }
    if !metadata.details.isEmpty {
      text += "details:\n"
      for detail in metadata.details { text += "  \(scalar(detail.name)): \(scalar(detail.value))\n" }
    }
    return text + "---\n\n"
  }

  /// A double-quoted scalar (YAML 1.2, section 7.3.1), which may hold anything.
  private static func scalar(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x0A: result += "\\n"
      case 0x09: result += "\\t"
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func contents(_ tree: DocumentTree) -> String {
    let outline = DocumentOutline(DocumentParts(tree, options: RenderOptions()))
    let entries = outline.contents
    guard !entries.isEmpty else { return "" }
    var slugs = HeadingSlugs()
    let names = outline.entries.map { slugs.next($0.text) }
    var text = "**\(DocumentParts.contentsTitle)**\n\n"
    for entry in entries {
      let title = escaped(outline.entries[entry.index].text)
      text += String(repeating: "  ", count: entry.depth) + "- [\(title)](#\(names[entry.index]))\n"
    }
    return text + "\n"
  }

  private static func appendix(_ versions: [VersionEntry]) -> String {
    var text = "\n# \(DocumentParts.appendixTitle)\n\n| 版本 | 日期 | 作者 | 说明 |\n| :---: | --- | --- | --- |\n"
    for version in versions {
      let cells = [version.number, DocumentParts.date(version.date), version.author, version.summary]
      text += "| " + cells.map(escaped).joined(separator: " | ") + " |\n"
    }
    return text
  }

  /// A text that stays one text in a line, a link's name or a cell.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in PlainText.cleaned(text).unicodeScalars {
      switch scalar {
      case "\n", "\t": result += " "
      case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "#": result += "\\\(Character(scalar))"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// Anchors of headings as GitHub and most other viewers of Markdown make them.
struct HeadingSlugs {
  private var seen: [String: Int] = [:]

  /// Lower case, spaces as hyphens, punctuation dropped; a number tells equal ones apart.
  mutating func next(_ text: String) -> String {
    var slug = ""
    for scalar in text.lowercased().unicodeScalars {
      if scalar == " " || scalar == "-" {
        slug += "-"
      } else if scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        slug.unicodeScalars.append(scalar)
      }
    }
    let count = seen[slug, default: 0]
    seen[slug] = count + 1
    return count == 0 ? slug : "\(slug)-\(count)"
  }
}
