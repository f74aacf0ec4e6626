internal import CCmark

/// Turns cmark's nodes into a `DocumentTree`, with a stack of its own instead of recursion.
struct MarkdownTreeBuilder {
  /// A node that is open, and what has been made of its children so far.
  private struct Frame {
    var node: UnsafeMutablePointer<cmark_node>
    var kind: Kind
    var blocks: [Block] = []
    var inlines: [Inline] = []
    /// Text that goes on growing; the last inline once something else comes.
    var text = ""
    var items: [ListItem] = []
    var cells: [[Inline]] = []
    var head: [[Inline]] = []
    var rows: [[[Inline]]] = []
    /// A soft break waits here until the next character says whether it is a space.
    var hasSoftBreak = false

    mutating func append(_ inline: Inline) {
      endText()
      inlines.append(inline)
    }

    mutating func endText() {
      guard !text.isEmpty else { return }
      inlines.append(.text(text))
      text = ""
    }
  }

  private enum Kind {
    case document, paragraph, heading, quote, list, item, table, row, cell, emphasis, strong, strikethrough, link, image, footnote
  }

  private let limits: MarkdownLimits
  private let references: LongReferences
  private var stack: [Frame] = []
  private var footnotes: [Footnote] = []
  private var document: [Block] = []
  private var nodes = 0
  private var linkDepth = 0

  /// - Parameter root: The document; it stays the caller's.
  static func build(
    _ root: UnsafeMutablePointer<cmark_node>, _ references: LongReferences, limits: MarkdownLimits
  ) throws(TypesettingError) -> DocumentTree {
    var builder = MarkdownTreeBuilder(references, limits: limits)
    guard let iterator = cmark_iter_new(root) else { throw .failed("cmark_iter_new") }
    defer { cmark_iter_free(iterator) }
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { break }
      guard let node = cmark_iter_get_node(iterator) else { continue }
      if event == CMARK_EVENT_ENTER { try builder.enter(node) } else { try builder.leave(node) }
    }
    return DocumentTree(blocks: builder.document, footnotes: builder.footnotes)
  }

  private init(_ references: LongReferences, limits: MarkdownLimits) {
    self.references = references
    self.limits = limits
  }

  private mutating func enter(_ node: UnsafeMutablePointer<cmark_node>) throws(TypesettingError) {
    nodes += 1
    guard nodes <= limits.nodesMax else { throw .tooComplex(.nodes, limit: limits.nodesMax) }
    if let kind = Self.kind(of: node) {
      // The document and the leaf's own frame come on top of the nesting that a writer of Markdown counts.
      guard stack.count < limits.nestingMax + 2 else { throw .tooComplex(.nesting, limit: limits.nestingMax) }
      if kind == .link { linkDepth += 1 }
      stack.append(Frame(node: node, kind: kind))
      return
    }
    takeLeaf(node)
  }

  private mutating func takeLeaf(_ node: UnsafeMutablePointer<cmark_node>) {
    switch cmark_node_get_type(node) {
    case CMARK_NODE_CODE_BLOCK:
      add(block: .code(language: Self.string(cmark_node_get_fence_info(node)), text: Self.string(cmark_node_get_literal(node))))
    case CMARK_NODE_HTML_BLOCK: addMarkupAsText(Self.string(cmark_node_get_literal(node)))
    case CMARK_NODE_THEMATIC_BREAK: add(block: .rule)
    case CMARK_NODE_TEXT: addText(Self.string(cmark_node_get_literal(node)))
    case CMARK_NODE_SOFTBREAK: if !stack.isEmpty { stack[stack.count - 1].hasSoftBreak = true }
    case CMARK_NODE_LINEBREAK: add(inline: .lineBreak)
    case CMARK_NODE_CODE: add(inline: .code(Self.string(cmark_node_get_literal(node))))
    case CMARK_NODE_HTML_INLINE:
      let markup = Self.string(cmark_node_get_literal(node))
      if Self.isLineBreak(markup) { add(inline: .lineBreak) } else { addText(markup) }
    case CMARK_NODE_FOOTNOTE_REFERENCE:
      if let number = Int(Self.string(cmark_node_get_literal(node))) { add(inline: .footnoteReference(number: number)) }
    default: break
    }
  }

  private mutating func leave(_ node: UnsafeMutablePointer<cmark_node>) throws(TypesettingError) {
    guard var top = stack.last, top.node == node else { return }
    stack.removeLast()
    top.endText()
    if top.hasSoftBreak, !stack.isEmpty, Self.isInline(top.kind) { stack[stack.count - 1].hasSoftBreak = true }
    switch top.kind {
    case .document: document = top.blocks
    case .paragraph: add(block: .paragraph(top.inlines))
    case .heading: add(block: .heading(level: Int(cmark_node_get_heading_level(node)), content: top.inlines))
    case .quote: add(block: .quote(top.blocks))
    case .list: add(block: .list(Self.list(node, items: top.items)))
    case .item:
      guard !stack.isEmpty else { return }
      stack[stack.count - 1].items.append(ListItem(isChecked: Self.tick(node), blocks: top.blocks))
    case .table: add(block: .table(Self.table(node, head: top.head, rows: top.rows)))
    case .row:
      guard !stack.isEmpty else { return }
      if cmark_gfm_extensions_get_table_row_is_header(node) != 0 {
        stack[stack.count - 1].head = top.cells
      } else {
        stack[stack.count - 1].rows.append(top.cells)
      }
    case .cell: if !stack.isEmpty { stack[stack.count - 1].cells.append(top.inlines) }
    case .emphasis: add(inline: .emphasis(top.inlines))
    case .strong: add(inline: .strong(top.inlines))
    case .strikethrough: add(inline: .strikethrough(top.inlines))
    case .link:
      linkDepth -= 1
      add(inline: .link(address: address(node), content: top.inlines))
    case .image:
      add(
        inline: .image(
          source: address(node), title: Self.string(cmark_node_get_title(node)),
          alternative: top.inlines.plainText))
    case .footnote:
      guard footnotes.count < limits.footnotesMax else { throw .tooComplex(.footnotes, limit: limits.footnotesMax) }
      footnotes.append(Footnote(blocks: top.blocks))
    }
  }

  /// Where a link leads, or where an image comes from.
  private func address(_ node: UnsafeMutablePointer<cmark_node>) -> String {
    let text = cmark_node_get_url(node)
    return text.flatMap { references.address($0) } ?? Self.string(text)
  }

  private mutating func add(block: Block) {
    if !stack.isEmpty { stack[stack.count - 1].blocks.append(block) }
  }

  private mutating func add(inline: Inline) {
    guard !stack.isEmpty else { return }
    if stack[stack.count - 1].hasSoftBreak {
      stack[stack.count - 1].hasSoftBreak = false
      if inline != .lineBreak { stack[stack.count - 1].text += " " }
    }
    stack[stack.count - 1].append(inline)
  }

  private mutating func addText(_ text: String) {
    guard !stack.isEmpty, !text.isEmpty else { return }
    if stack[stack.count - 1].hasSoftBreak {
      stack[stack.count - 1].hasSoftBreak = false
      let end = stack[stack.count - 1].text.unicodeScalars.last
      let joinsWithoutSpace =
        if let end, let start = text.unicodeScalars.first { ChineseText.isWide(end) && ChineseText.isWide(start) } else { false }
      if !joinsWithoutSpace { stack[stack.count - 1].text += " " }
    }
    guard linkDepth == 0, text.utf8.contains(UInt8(ascii: ".")) || text.utf8.contains(UInt8(ascii: ":")) else {
      stack[stack.count - 1].text += text
      return
    }
    for piece in BareAddress.split(text) {
      if let address = piece.address {
        stack[stack.count - 1].append(.link(address: address, content: [.text(piece.text)]))
      } else {
        stack[stack.count - 1].text += piece.text
      }
    }
  }

  /// A block of raw HTML as a paragraph that shows it, line by line.
  private mutating func addMarkupAsText(_ markup: String) {
    var inlines: [Inline] = []
    for line in markup.split(separator: "\n") {
      if !inlines.isEmpty { inlines.append(.lineBreak) }
      inlines.append(.text(String(line)))
    }
    if !inlines.isEmpty { add(block: .paragraph(inlines)) }
  }

  private static func isLineBreak(_ markup: String) -> Bool {
    markup.lowercased().filter { $0 != " " && $0 != "/" } == "<br>"
  }

  private static func isInline(_ kind: Kind) -> Bool {
    switch kind {
    case .emphasis, .strong, .strikethrough, .link: true
    default: false
    }
  }

  /// The kind of a node that has children; nil for a leaf.
  private static func kind(of node: UnsafeMutablePointer<cmark_node>) -> Kind? {
    switch cmark_node_get_type(node) {
    case CMARK_NODE_DOCUMENT: return .document
    case CMARK_NODE_PARAGRAPH: return .paragraph
    case CMARK_NODE_HEADING: return .heading
    case CMARK_NODE_BLOCK_QUOTE: return .quote
    case CMARK_NODE_LIST: return .list
    case CMARK_NODE_ITEM: return .item
    case CMARK_NODE_FOOTNOTE_DEFINITION: return .footnote
    case CMARK_NODE_EMPH: return .emphasis
    case CMARK_NODE_STRONG: return .strong
    case CMARK_NODE_LINK: return .link
    case CMARK_NODE_IMAGE: return .image
    case CMARK_NODE_CODE_BLOCK, CMARK_NODE_HTML_BLOCK, CMARK_NODE_THEMATIC_BREAK, CMARK_NODE_TEXT, CMARK_NODE_SOFTBREAK,
      CMARK_NODE_LINEBREAK, CMARK_NODE_CODE, CMARK_NODE_HTML_INLINE, CMARK_NODE_FOOTNOTE_REFERENCE:
      return nil
    default:
      switch string(cmark_node_get_type_string(node)) {
      case "table": return .table
      case "table_header", "table_row": return .row
      case "table_cell": return .cell
      case "strikethrough": return .strikethrough
      default: return nil
      }
    }
  }

  private static func list(_ node: UnsafeMutablePointer<cmark_node>, items: [ListItem]) -> List {
    List(
      isOrdered: cmark_node_get_list_type(node) == CMARK_ORDERED_LIST, start: Int(cmark_node_get_list_start(node)),
      isTight: cmark_node_get_list_tight(node) != 0, items: items)
  }

  private static func tick(_ node: UnsafeMutablePointer<cmark_node>) -> Bool? {
    guard string(cmark_node_get_type_string(node)) == "tasklist" else { return nil }
    return cmark_gfm_extensions_get_tasklist_item_checked(node)
  }

  private static func table(_ node: UnsafeMutablePointer<cmark_node>, head: [[Inline]], rows: [[[Inline]]]) -> Table {
    let columns = Int(cmark_gfm_extensions_get_table_columns(node))
    let letters = cmark_gfm_extensions_get_table_alignments(node)
    let alignments = (0..<columns).map { column -> Table.Alignment in
      switch letters?[column] {
      case UInt8(ascii: "l"): .left
      case UInt8(ascii: "c"): .center
      case UInt8(ascii: "r"): .right
      default: .none
      }
    }
    func padded(_ cells: [[Inline]]) -> [[Inline]] {
      Array(cells.prefix(columns)) + Array(repeating: [], count: max(0, columns - cells.count))
    }
    return Table(alignments: alignments, head: padded(head), rows: rows.map(padded))
  }

  /// A copy of a text that belongs to a node, without control characters.
  private static func string(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    var length = 0
    while text[length] != 0 { length += 1 }
    return text.withMemoryRebound(to: UInt8.self, capacity: length) {
      PlainText.cleaned(UnsafeBufferPointer(start: $0, count: length))
    }
  }
}
