/// A document as a tree of values: what every writer sets, and what `MarkdownReader` makes of Markdown.
///
/// The depth of blocks and of inlines is bounded by whoever builds the tree (`MarkdownLimits`), so writers may recurse.
/// Texts hold no control characters but line feeds in code.
package struct DocumentTree: Sendable, Equatable {
  package var blocks: [Block]
  /// In the order of their first reference; the number in the text is the index plus one.
  package var footnotes: [Footnote]

  package init(blocks: [Block] = [], footnotes: [Footnote] = []) {
    self.blocks = blocks
    self.footnotes = footnotes
  }
}

package struct Footnote: Sendable, Equatable {
  package var blocks: [Block]
  package init(blocks: [Block]) { self.blocks = blocks }
}

package indirect enum Block: Sendable, Equatable {
  /// - level: 1 to 6.
  case heading(level: Int, content: [Inline])
  case paragraph([Inline])
  case quote([Block])
  case list(List)
  /// - text: lines ended by line feeds.
  case code(language: String, text: String)
  case table(Table)
  case rule
}

package struct List: Sendable, Equatable {
  package var isOrdered: Bool
  /// The first number of an ordered list.
  package var start: Int
  /// Whether the items stand without space between them.
  package var isTight: Bool
  package var items: [ListItem]
  package init(isOrdered: Bool, start: Int = 1, isTight: Bool = true, items: [ListItem] = []) {
    self.isOrdered = isOrdered
    self.start = start
    self.isTight = isTight
    self.items = items
  }
}

package struct ListItem: Sendable, Equatable {
  /// Of a task list: whether the box is ticked; nil where there is no box.
  package var isChecked: Bool?
  package var blocks: [Block]
  package init(isChecked: Bool? = nil, blocks: [Block]) {
    self.isChecked = isChecked
    self.blocks = blocks
  }
}

package struct Table: Sendable, Equatable {
  package enum Alignment: Sendable { case none, left, center, right }
  /// One for each column.
  package var alignments: [Alignment]
  package var head: [[Inline]]
  /// Each as long as `alignments`.
  package var rows: [[[Inline]]]
  package init(alignments: [Alignment], head: [[Inline]], rows: [[[Inline]]]) {
    self.alignments = alignments
    self.head = head
    self.rows = rows
  }
}

package indirect enum Inline: Sendable, Equatable {
  case text(String)
  case emphasis([Inline])
  case strong([Inline])
  case strikethrough([Inline])
  case code(String)
  /// - address: as written; writers make a link of it only if `LinkAddress` lets it pass.
  case link(address: String, content: [Inline])
  /// - source: a name for the caller's `ImageSource`, or a `data:` address.
  case image(source: String, title: String, alternative: String)
  case lineBreak
  /// - number: 1 to the number of footnotes.
  case footnoteReference(number: Int)
}

extension [Inline] {
  /// The text without its markup, as for an outline entry.
  package var plainText: String {
    var text = ""
    appendPlainText(to: &text)
    return text
  }

  /// Whether there is nothing but pictures, which then stand in the middle of the page.
  var isPictures: Bool {
    !isEmpty
      && allSatisfy { inline in
        if case .image = inline { return true }
        return inline == .lineBreak
      }
  }

  private func appendPlainText(to text: inout String) {
    for inline in self {
      switch inline {
      case .text(let part), .code(let part): text += part
      case .emphasis(let content), .strong(let content), .strikethrough(let content), .link(_, let content):
        content.appendPlainText(to: &text)
      case .image(_, _, let alternative): text += alternative
      case .lineBreak: text += " "
      case .footnoteReference: break
      }
    }
  }
}
