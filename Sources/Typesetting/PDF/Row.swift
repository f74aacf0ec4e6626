/// What a page is filled with, from top to bottom: a line of text, a strip of a table, a rule. Lengths are in points; x counts
/// from the left margin.
struct Row {
  enum Content {
    case line(Int32)
    /// A strip of a table's row: one line of each of its cells.
    case strip(Int32)
    case rule
    case space
  }

  var content: Content
  var x: Float = 0
  var height: Float
  /// Before it, unless it begins a page.
  var spaceBefore: Float = 0
  /// Whether the next row must stand on the same page.
  var keepsWithNext = false
  /// Begins a new page.
  var beginsPage = false
  /// The bullet, number or box of a list's item that begins here: a line at `markerX`.
  var marker: Marker?
  /// Index among the settings of bars and grounds; -1 for none.
  var surround: Int32 = -1
  /// What links may lead to here.
  var target: LinkTarget?
  /// Of a line in the table of contents: the heading whose page stands at the right.
  var contentsEntry: Int32 = -1
}

enum Marker {
  case line(Int32, x: Float)
  case box(isChecked: Bool, x: Float, size: Float)
  case bullet(level: Int, x: Float, size: Float)
}

/// What surrounds rows: the bars left of quotes and the ground of code.
struct Surround {
  var bars: [Float] = []
  var ground: Ground?

  struct Ground {
    var x: Float
    var width: Float
    /// Rows of one ground join without a gap.
    var identifier: Int
  }
}

/// A table whose columns have their widths.
struct TableBox {
  /// Left edges of the columns and, last, the right edge of the table.
  var edges: [Float]
  /// The strips of the head, to repeat on each page.
  var headRows: Range<Int> = 0..<0
}

/// A strip of a table's row: the lines, one of each cell at most, that stand beside each other.
struct Strip {
  struct Cell {
    var line: Int32
    var x: Float
    /// From the strip's top to the line's top.
    var y: Float
  }

  var table: Int32
  var cells: [Cell]
  var isHead: Bool
  var beginsRow: Bool
  var endsRow: Bool
}
