/// The body of an HTML file while it is written.
struct HTMLBody {
  private var html = XMLText()
  private let bytesMax: Int
  /// Whether a picture was left out as there is no room for it.
  private(set) var isFull = false
  private var images: ImageCache
  private let footnotes: Int
  private var headings = 0
  private var referred: Set<Int> = []

  init(images: ImageSource, footnotes: Int, bytesMax: Int) {
    self.bytesMax = bytesMax
    self.images = ImageCache(images)
    self.footnotes = footnotes
  }

  /// What has been written since the last call.
  mutating func take() -> [UInt8] {
    defer { html = XMLText() }
    return html.bytes
  }

  mutating func markup(_ text: String) { html.markup(text) }

  mutating func text(_ text: String) { html.text(text) }

  // MARK: Blocks

  /// A block of the document's top level, where headings have anchors.
  mutating func addTop(_ blocks: [Block], _ index: Int, isTitle: Bool) {
    let block = blocks[index]
    if case .heading(let level, let content) = block {
      headings += 1
      markup("<h\(level) id=\"section-\(headings)\"\(isTitle && level == 1 ? " class=\"title\"" : "")>")
      add(content)
      markup("</h\(level)>\n")
    } else {
      add(block, Caption.role(blocks, index))
    }
  }

  mutating func add(_ blocks: [Block]) { for index in blocks.indices { add(blocks[index], Caption.role(blocks, index)) } }

  private mutating func add(_ block: Block, _ role: Caption.Role = .init()) {
    switch block {
    case .heading(let level, let content):
      markup("<h\(level)>")
      add(content)
      markup("</h\(level)>\n")
    case .paragraph(let content):
      let classes = [(content.isPictures, "picture"), (role.isCaption, "caption"), (role.keepsNext, "keep")].filter(\.0).map(\.1)
      markup(classes.isEmpty ? "<p>" : "<p class=\"\(classes.joined(separator: " "))\">")
      add(content)
      markup("</p>\n")
    case .quote(let blocks):
      markup("<blockquote>\n")
      add(blocks)
      markup("</blockquote>\n")
    case .list(let list): add(list)
    case .code(let language, let text):
      let name = language.split(separator: " ").first.map(String.init) ?? ""
      markup(name.isEmpty ? "<pre><code>" : "<pre><code class=\"language-\(XMLText.escaped(name))\">")
      for (index, line) in CodeLines.split(text).enumerated() {
        if index > 0 { markup("\n") }
        self.text(line)
      }
      markup("</code></pre>\n")
    case .table(let table): add(table)
    case .rule: markup("<hr>\n")
    }
  }

  private mutating func add(_ list: List) {
    markup(list.isOrdered ? (list.start == 1 ? "<ol>\n" : "<ol start=\"\(list.start)\">\n") : "<ul>\n")
    for item in list.items {
      if let isChecked = item.isChecked {
        markup("<li class=\"task\"><input type=\"checkbox\" disabled\(isChecked ? " checked" : "")> ")
      } else {
        markup("<li>")
      }
      for block in item.blocks {
        if list.isTight, case .paragraph(let content) = block { add(content) } else { add(block) }
      }
      markup("</li>\n")
    }
    markup(list.isOrdered ? "</ol>\n" : "</ul>\n")
  }

  private mutating func add(_ table: Table) {
    // Browsers would share the width by the longest text alone, and break every other cell's words.
    let widths = TableColumns.estimated(table, room: Self.tableSquares)
    let least = table.alignments.count * 6
    markup("<div class=\"table\"><table style=\"--least: \(least)em\">\n<colgroup>")
    for width in widths { markup("<col style=\"width: \((width / Self.tableSquares * 1000).rounded() / 10)%\">") }
    markup("</colgroup>\n<thead>\n")
    row(table.head, table.alignments, cell: "th")
    markup("</thead>\n<tbody>\n")
    for cells in table.rows { row(cells, table.alignments, cell: "td") }
    markup("</tbody>\n</table></div>\n")
  }

  /// Chinese characters that a line of a table has room for on A4.
  private static let tableSquares: Float = 45

  private mutating func row(_ cells: [[Inline]], _ alignments: [Table.Alignment], cell: String) {
    markup("<tr>")
    for (column, content) in cells.enumerated() {
      switch alignments[column] {
      case .none: markup("<\(cell)>")
      case .left: markup("<\(cell) class=\"l\">")
      case .center: markup("<\(cell) class=\"c\">")
      case .right: markup("<\(cell) class=\"r\">")
      }
      add(content)
      markup("</\(cell)>")
    }
    markup("</tr>\n")
  }

  // MARK: Inlines

  private mutating func add(_ content: [Inline]) {
    for inline in content {
      switch inline {
      case .text(let text): addText(text)
      case .lineBreak: markup("<br>\n")
      case .emphasis(let content): add(content, within: "em")
      case .strong(let content): add(content, within: "strong")
      case .strikethrough(let content): add(content, within: "del")
      case .code(let text):
        markup("<code>")
        self.text(text)
        markup("</code>")
      case .link(let address, let content):
        guard let allowed = LinkAddress.allowed(address) else {
          add(content)
          continue
        }
        // An address may break anywhere, words only where words do.
        let isAddress = content.plainText.utf8.starts(with: address.utf8.prefix(8))
        markup("<a\(isAddress ? " class=\"u\"" : "") href=\"\(XMLText.escaped(allowed))\" rel=\"noopener noreferrer\">")
        add(content)
        markup("</a>")
      case .image(let source, let title, let alternative): picture(source, title, alternative)
      case .footnoteReference(let number):
        guard number >= 1, number <= footnotes else { continue }
        let id = referred.insert(number).inserted ? " id=\"reference-\(number)\"" : ""
        markup("<sup><a href=\"#note-\(number)\"\(id)>[\(number)]</a></sup>")
      }
    }
  }

  private mutating func addText(_ text: String) {
    for piece in LatinQuotes.split(text) {
      guard piece.isLatin else {
        self.text(piece.text)
        continue
      }
      markup("<span class=\"q\">")
      self.text(piece.text)
      markup("</span>")
    }
  }

  private mutating func add(_ content: [Inline], within element: String) {
    markup("<\(element)>")
    add(content)
    markup("</\(element)>")
  }

  private mutating func picture(_ source: String, _ title: String, _ alternative: String) {
    guard let image = images.image(source) else { return text(alternative.isEmpty ? "［图片］" : alternative) }
    // A paragraph may show a picture of megabytes a thousand times.
    guard html.bytes.count + image.bytes.count / 3 * 4 < bytesMax else {
      isFull = true
      return
    }
    markup("<img src=\"\(DataAddress.address(of: image))\" width=\"\(image.width)\" height=\"\(image.height)\" alt=\"")
    text(alternative)
    markup(title.isEmpty ? "\">" : "\" title=\"\(XMLText.escaped(title))\">")
  }

  // MARK: Contents and notes

  mutating func addContents(_ outline: DocumentOutline) {
    let entries = outline.contents
    guard !entries.isEmpty else { return }
    markup("<nav class=\"contents\">\n<h2>\(DocumentParts.contentsTitle)</h2>\n")
    var depth = -1
    for entry in entries {
      if entry.depth > depth {
        markup("<ul>\n")
      } else {
        for _ in 0..<(depth - entry.depth) { markup("</li>\n</ul>\n") }
        markup("</li>\n")
      }
      depth = entry.depth
      markup("<li><a href=\"#section-\(entry.index + 1)\">")
      text(outline.entries[entry.index].text)
      markup("</a>")
    }
    for _ in 0...depth { markup("</li>\n</ul>\n") }
    markup("</nav>\n")
  }

  mutating func addFootnotes(_ notes: [Footnote]) {
    guard !notes.isEmpty else { return }
    markup("<section class=\"notes\">\n<h3>\(DocumentParts.footnotesTitle)</h3>\n<ol>\n")
    for (index, note) in notes.enumerated() {
      markup("<li id=\"note-\(index + 1)\">")
      add(note.blocks)
      markup("<a href=\"#reference-\(index + 1)\" aria-label=\"返回\">↩</a></li>\n")
    }
    markup("</ol>\n</section>\n")
  }
}
