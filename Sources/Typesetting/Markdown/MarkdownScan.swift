/// A look at the text before libcmark-gfm gets it: refuses in one pass over the bytes what it would take too long or too
/// much memory for. It counts at least what the parser will find, never less.
struct MarkdownScan {
  private let limits: MarkdownLimits
  private var lines = 0
  private var markup = 0
  private var tableCells = 0
  /// Columns of the widest row of dashes since the last blank line; zero if there was none.
  private var openColumns = 0
  /// Lines since the last blank line or the last that certainly begins a block of its own.
  private var paragraphLines = 0
  /// The columns of items that may be open, each inside the one before. The parser goes through a line's indentation once for each open
  /// item: 1,500 of them, each a line with two spaces more, took it twelve seconds.
  private var openItems: [Int] = []

  static func check(_ text: UnsafeBufferPointer<UInt8>, limits: MarkdownLimits) throws(TypesettingError) {
    guard text.count <= limits.inputBytesMax else { throw .tooComplex(.inputBytes, limit: limits.inputBytesMax) }
    var scan = MarkdownScan(limits: limits)
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n"), text[end] != UInt8(ascii: "\r") { end += 1 }
      try scan.take(UnsafeBufferPointer(rebasing: text[start..<end]))
      start = end + 1
    }
  }

  private init(limits: MarkdownLimits) { self.limits = limits }

  private mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(TypesettingError) {
    lines += 1
    guard lines <= limits.linesMax else { throw .tooComplex(.lines, limit: limits.linesMax) }
    for byte in line where Self.isMarkup(byte) { markup += 1 }
    guard markup <= limits.markupMax else { throw .tooComplex(.markup, limit: limits.markupMax) }

    let content = try contentStart(line)
    guard content.index < line.count else {
      openColumns = 0
      paragraphLines = 0
      return
    }
    let columns = Self.columnsOfDashes(line)
    guard columns <= limits.tableColumnsMax else { throw .tooComplex(.tableColumns, limit: limits.tableColumnsMax) }
    if columns > 0, openColumns == 0 {
      // The parser goes through the paragraph above again for each of its lines.
      guard paragraphLines <= limits.linesBeforeTableMax else {
        throw .tooComplex(.paragraphBeforeTable, limit: limits.linesBeforeTableMax)
      }
    }
    openColumns = max(openColumns, columns)
    // A row of a table has as many cells as its head, however short its line.
    tableCells += openColumns
    guard tableCells <= limits.tableCellsMax else { throw .tooComplex(.tableCells, limit: limits.tableCellsMax) }
    paragraphLines = content.markers > 0 || line[content.index] == UInt8(ascii: "#") ? 1 : paragraphLines + 1
  }

  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "<"), UInt8(ascii: "&"),
      UInt8(ascii: "`"), UInt8(ascii: "~"), UInt8(ascii: "\\"), UInt8(ascii: "|"):
      true
    default: false
    }
  }

  /// Where the line goes on after the marks of quotes and items, and how many items they are.
  private mutating func contentStart(_ line: UnsafeBufferPointer<UInt8>) throws(TypesettingError) -> (index: Int, markers: Int) {
    var index = 0
    var nesting = 0
    var markers = 0
    var column = 0
    while index < line.count {
      let byte = line[index]
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        index += 1
        column += byte == UInt8(ascii: " ") ? 1 : 4 - column % 4
        continue
      }
      if byte == UInt8(ascii: ">") {
        index += 1
        column += 1
      } else if let after = Self.itemMarker(line, at: index) {
        try open(itemAt: column)
        column += after - index
        index = after
        markers += 1
      } else {
        break
      }
      nesting += 1
      guard nesting <= limits.nestingMax else { throw .tooComplex(.nesting, limit: limits.nestingMax) }
    }
    return (index, markers)
  }

  /// An item lies inside another one only if it begins further to the right; what else ends items is not looked at, so these are at least
  /// those that are open.
  private mutating func open(itemAt column: Int) throws(TypesettingError) {
    while let last = openItems.last, last >= column { openItems.removeLast() }
    openItems.append(column)
    guard openItems.count <= limits.nestingMax else { throw .tooComplex(.nesting, limit: limits.nestingMax) }
  }

  /// The index after `-`, `+`, `*`, `12.` or `12)` that stands at `index` and is followed by space or the line's end.
  private static func itemMarker(_ line: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    var end = index
    switch line[index] {
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"): end += 1
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      while end < line.count, end - index < 10, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[end]) { end += 1 }
      guard end < line.count, line[end] == UInt8(ascii: ".") || line[end] == UInt8(ascii: ")") else { return nil }
      end += 1
    default: return nil
    }
    guard end == line.count || line[end] == UInt8(ascii: " ") || line[end] == UInt8(ascii: "\t") else { return nil }
    return end
  }

  /// Columns of a line that may be the row of dashes below a table's head; zero for any other line.
  private static func columnsOfDashes(_ line: UnsafeBufferPointer<UInt8>) -> Int {
    var pipes = 0
    var hasDash = false
    var hasColon = false
    for byte in line {
      switch byte {
      case UInt8(ascii: "|"): pipes += 1
      case UInt8(ascii: "-"): hasDash = true
      case UInt8(ascii: ":"): hasColon = true
      case UInt8(ascii: ">"), UInt8(ascii: " "), 0x09, 0x0B, 0x0C: break
      default: return 0
      }
    }
    // Dashes alone are a rule or the line below a heading.
    return hasDash && (pipes > 0 || hasColon) ? pipes + 1 : 0
  }
}
