import Platform
import Protobuf

/// Lists as people read them in a terminal.
enum AdminTable {
  /// Columns side by side, two spaces apart.
  static func text(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let rows = rows.map { $0.map(printable) }
    let widths = (0..<count).map { column in rows.map { column < $0.count ? width($0[column]) : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - width(cell))
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// UTC, as the JSON has it.
  static func time(_ time: GoogleProtobuf.Timestamp?) -> String {
    guard let time else { return "" }
    var text: [UInt8] = []
    Timestamp.append(wallMicroseconds: time.microseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// What users wrote could move the cursor.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  /// Columns on the screen: Chinese characters take two.
  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ((0x1100...0x115f).contains($1.value) || (0x2e80...0xffe6).contains($1.value) ? 2 : 1) }
  }
}
