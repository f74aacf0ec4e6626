/// Sets a document as one HTML file that needs nothing else: styles and pictures are inside, there are no scripts, and its
/// policy forbids the browser to load anything.
///
/// Belongs to whoever calls it; several threads may write at a time.
package struct HTMLWriter {
  /// - Parameters:
  ///   - progress: Called for each block with the part done, 0 to 1; what it throws ends the run and is thrown on.
  ///   - sink: Takes the bytes in chunks of about 64 KiB, in order.
  /// - Throws: `TypesettingError.tooComplex` for too many bytes, or what `progress` or `sink` throws.
  package static func write(
    _ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none, progress: @escaping (Double) throws -> Void = { _ in },
    to sink: @escaping ([UInt8]) throws -> Void
  ) throws {
    let output = OutputBuffer(bytesMax: options.outputBytesMax, sink: sink)
    let parts = DocumentParts(tree, options: options)
    let outline = DocumentOutline(parts)
    var body = HTMLBody(images: images, footnotes: parts.footnotes.count, bytesMax: options.outputBytesMax)
    try output.append(head(parts, options: options).utf8)
    if !parts.metadata.isEmpty {
      body.markup("<section class=\"metadata\">")
      if !options.metadata.title.isEmpty {
        body.markup("<h1 class=\"title\">")
        body.text(PlainText.cleaned(options.metadata.title))
        body.markup("</h1>")
      }
      body.add(parts.metadata)
      body.markup("</section>\n")
    }
    if options.hasTableOfContents { body.addContents(outline) }
    if let title = parts.title {
      body.markup("<h1 class=\"title\">")
      body.text(title)
      body.markup("</h1>\n")
    }
    body.markup("<main>\n")
    for index in parts.body.indices {
      body.addTop(parts.body, index, isTitle: index == 0)
      try output.append(body.take())
      try Self.check(body, options)
      try progress(Double(index + 1) / Double(parts.body.count + 1))
    }
    body.addFootnotes(parts.footnotes)
    body.markup("</main>\n")
    if !parts.appendix.isEmpty {
      body.markup("<section class=\"appendix\">\n")
      for index in parts.appendix.indices { body.addTop(parts.appendix, index, isTitle: false) }
      body.markup("</section>\n")
    }
    body.markup("</body>\n</html>\n")
    try output.append(body.take())
    try Self.check(body, options)
    try output.flush()
    try progress(1)
  }

  private static func check(_ body: HTMLBody, _ options: RenderOptions) throws(TypesettingError) {
    if body.isFull { throw .tooComplex(.outputBytes, limit: options.outputBytesMax) }
  }

  /// The same in one piece.
  package static func bytes(_ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(tree, options: options, images: images) { bytes += $0 }
    return bytes
  }

  private static func head(_ parts: DocumentParts, options: RenderOptions) -> String {
    let metadata = options.metadata
    var title = metadata.title
    if title.isEmpty, case .heading(_, let content)? = parts.body.first { title = content.plainText }
    var text = "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    text += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    text += " base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    text += "<meta name=\"referrer\" content=\"no-referrer\">\n"
    for (name, value) in [
      ("author", metadata.author), ("description", metadata.subject), ("keywords", metadata.keywords.joined(separator: ", ")),
    ] where !value.isEmpty {
      text += "<meta name=\"\(name)\" content=\"\(XMLText.escaped(PlainText.cleaned(value)))\">\n"
    }
    text += "<title>\(XMLText.escaped(PlainText.cleaned(title)))</title>\n<style>\n\(HTMLStyle.sheet(options))</style>\n</head>\n<body>\n"
    if let mark = options.watermark, !mark.text.isEmpty {
      text += "<div class=\"watermark\" aria-hidden=\"true\"><span>\(XMLText.escaped(PlainText.cleaned(mark.text)))</span></div>\n"
    }
    if let header = options.header, !header.isEmpty {
      text += "<header class=\"page\">\(XMLText.escaped(PlainText.cleaned(header)))</header>\n"
    }
    return text
  }
}
