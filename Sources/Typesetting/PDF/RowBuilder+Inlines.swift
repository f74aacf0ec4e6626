extension RowBuilder {
  /// The inlines as runs of text, each in one style.
  ///
  /// - Parameter widthMax: Of pictures.
  mutating func runs(_ content: [Inline], _ style: TextStyle, widthMax: Float) -> [StyledRun] {
    var runs: [StyledRun] = []
    append(content, style, widthMax: widthMax, to: &runs)
    return runs
  }

  private mutating func append(_ content: [Inline], _ style: TextStyle, widthMax: Float, to runs: inout [StyledRun]) {
    for inline in content {
      switch inline {
      case .text(let text): runs += StyledRun.runs(Self.oneLine(text), style)
      case .lineBreak: runs.append(StyledRun(text: "\n", style: style))
      case .emphasis(let content):
        var inner = style
        inner.isItalic = true
        append(content, inner, widthMax: widthMax, to: &runs)
      case .strong(let content):
        // 宋体 has no bold of its own: what is strong stands in 黑体, as Chinese books do it. (It also spares a font of 27 MB.)
        var inner = style
        inner.isBold = true
        if inner.family == .serif { inner.family = .sans }
        append(content, inner, widthMax: widthMax, to: &runs)
      case .strikethrough(let content):
        var inner = style
        inner.isStruck = true
        append(content, inner, widthMax: widthMax, to: &runs)
      case .code(let text):
        var inner = style
        inner.family = .mono
        inner.size = (style.size * 0.9 * 4).rounded() / 4
        inner.isShaded = true
        runs.append(StyledRun(text: Self.oneLine(text), style: inner))
      case .link(let address, let content):
        var inner = style
        if style.link < 0, let allowed = LinkAddress.allowed(address) {
          inner.link = index(of: .address(allowed))
          inner.ink = .link
        }
        append(content, inner, widthMax: widthMax, to: &runs)
      case .image(let source, _, let alternative):
        appendImage(source, alternative, style, widthMax: widthMax, to: &runs)
      case .footnoteReference(let number):
        references.append(number)
        var inner = style
        inner.family = .serif
        inner.size = (style.size * 0.65 * 4).rounded() / 4
        inner.rise = style.size * 0.35
        inner.link = index(of: .footnote(number))
        inner.ink = .link
        inner.isItalic = false
        runs.append(StyledRun(text: "[\(number)]", style: inner))
      }
    }
  }

  private mutating func appendImage(
    _ source: String, _ alternative: String, _ style: TextStyle, widthMax: Float, to runs: inout [StyledRun]
  ) {
    guard let (image, index) = images.indexed(source) else {
      runs.append(StyledRun(text: Self.oneLine(alternative.isEmpty ? "［图片］" : alternative), style: style))
      return
    }
    pictures.append(PictureBox(image, identifier: index, widthMax: widthMax, heightMax: pageHeight * 0.8))
    var inner = style
    inner.picture = Int32(pictures.count - 1)
    runs.append(StyledRun(text: "\u{FFFC}", style: inner))
  }

  mutating func index(of target: LinkTarget) -> Int32 {
    if let known = linkIndices[target] { return known }
    links.append(target)
    let index = Int32(links.count - 1)
    linkIndices[target] = index
    return index
  }

  /// Texts of inlines hold no line feeds of their own: those are `lineBreak`.
  private static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
    return String(decoding: text.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }
}
