/// The headings of a document in order, as the table of contents and a PDF's outline show them.
struct DocumentOutline {
  struct Entry {
    /// 1 to 6.
    var level: Int
    var text: String
    /// Whether the table of contents has it.
    var isInContents: Bool
  }

  /// One for each heading that stands at the top level of body or appendix, in this order.
  private(set) var entries: [Entry] = []

  /// Whether the first heading is the document's title, the only one of its level, which the table of contents leaves out.
  private(set) var hasTitle = false

  /// The level of chapters.
  var levelMin: Int { hasTitle ? 2 : 1 }

  /// Deepest level in the table of contents.
  static let contentsLevelMax = 3

  init(_ parts: DocumentParts) {
    for blocks in [parts.body, parts.appendix] {
      for case .heading(let level, let content) in blocks {
        entries.append(Entry(level: level, text: content.plainText, isInContents: level <= Self.contentsLevelMax))
      }
    }
    // A single heading of the first level at the very beginning is the document's title.
    if case .heading(level: 1, _)? = parts.body.first, parts.body.hasOneTopHeading {
      entries[0].isInContents = false
      hasTitle = true
    }
  }

  /// Levels as they are shown: no entry is more than one deeper than the one before it.
  var contents: [(index: Int, depth: Int)] {
    var stack: [Int] = []
    var result: [(index: Int, depth: Int)] = []
    for (index, entry) in entries.enumerated() where entry.isInContents {
      while let last = stack.last, last >= entry.level { stack.removeLast() }
      stack.append(entry.level)
      result.append((index, stack.count - 1))
    }
    return result
  }
}

extension [Block] {
  /// Whether exactly one heading at the top is of the first level.
  fileprivate var hasOneTopHeading: Bool {
    var count = 0
    for case .heading(level: 1, _) in self { count += 1 }
    return count == 1
  }
}
