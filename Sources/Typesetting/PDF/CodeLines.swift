/// Lines of code as they are printed.
enum CodeLines {
  /// Without line feeds, tabs as spaces up to the next fourth column.
  static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { expandTabs($0) }
    if lines.last == "" { lines.removeLast() }
    return lines.isEmpty ? [""] : lines
  }

  private static func expandTabs(_ line: Substring) -> String {
    guard line.utf8.contains(0x09) else { return String(line) }
    var result = ""
    var column = 0
    for scalar in line.unicodeScalars {
      if scalar == "\t" {
        let count = 4 - column % 4
        result += String(repeating: " ", count: count)
        column += count
      } else {
        result.unicodeScalars.append(scalar)
        column += 1
      }
    }
    return result
  }
}
