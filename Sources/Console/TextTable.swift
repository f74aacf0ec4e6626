/// A list as people read it in a terminal: columns side by side, two spaces apart, printed batch by batch.
public struct TextTable: Sendable {
  public struct Column: Sendable {
    /// In capitals it stands above the column.
    public var title: String
    /// Whether it may be cut for a narrow screen; ids and addresses are not, since people copy them.
    public var isElastic: Bool
    /// Numbers stand to the right.
    public var isNumber: Bool

    public init(_ title: String, isElastic: Bool = false, isNumber: Bool = false) {
      self.title = title
      self.isElastic = isElastic
      self.isNumber = isNumber
    }
  }

  private static let gap = 2
  /// A column that is cut keeps this much.
  private static let elasticMin = 8

  private let columns: [Column]
  private let screenColumns: Int?
  private let isStyled: Bool
  private var widths: [Int]?

  /// - Parameters:
  ///   - screenColumns: How wide the screen is: longer cells of elastic columns are cut. Nil, for a file or a pipe: nothing is.
  ///   - isStyled: Whether the titles are bold.
  public init(_ columns: [Column], screenColumns: Int? = nil, isStyled: Bool = false) {
    self.columns = columns
    self.screenColumns = screenColumns
    self.isStyled = isStyled
  }

  /// The next rows, with the titles above the first ones; what these are decides how wide the columns are.
  public mutating func lines(_ rows: [[String]]) -> [String] {
    let rows = rows.map { row in row.map { SafeText.line($0) } }
    if let widths { return rows.map { line($0, widths) } }
    let widths = widths(for: rows)
    self.widths = widths
    let titles = line(columns.map(\.title), widths)
    return [isStyled ? "\u{1b}[1m\(titles)\u{1b}[0m" : titles] + rows.map { line($0, widths) }
  }

  private func widths(for rows: [[String]]) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(DisplayWidth.of(columns[index].title)) { index < $1.count ? max($0, DisplayWidth.of($1[index])) : $0 }
    }
    guard let screenColumns else { return widths }
    var excess = widths.reduce(Self.gap * (columns.count - 1), +) - screenColumns
    while excess > 0 {
      // The widest gives first, down to the next widest, so that short columns stay whole.
      let elastic = columns.indices.filter { columns[$0].isElastic && widths[$0] > Self.elasticMin }
      guard let widest = elastic.max(by: { widths[$0] < widths[$1] }) else { break }
      let next = elastic.filter { widths[$0] < widths[widest] }.map { widths[$0] }.max() ?? Self.elasticMin
      let step = max(1, min(excess, widths[widest] - next))
      widths[widest] -= step
      excess -= step
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, column) in columns.enumerated() {
      var cell = index < cells.count ? cells[index] : ""
      if screenColumns != nil, column.isElastic { cell = DisplayWidth.cut(cell, to: widths[index]) }
      let space = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(cell)))
      if index > 0 { line += String(repeating: " ", count: Self.gap) }
      line += column.isNumber ? space + cell : cell + space
    }
    // Nobody needs spaces at the end of a line.
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
