import Protobuf

/// Where in its `.proto` file something stands and what is written above it.
struct SourceMap {
  private var locations: [[Int32]: GoogleProtobuf.SourceCodeInfo.Location] = [:]

  init(_ info: GoogleProtobuf.SourceCodeInfo?) {
    for location in info?.location ?? [] where locations[location.path] == nil { locations[location.path] = location }
  }

  /// The line, from 1, of what has `path`, or of the nearest thing around it.
  func line(_ path: [Int32]) -> Int? {
    var path = path[...]
    while true {
      if let line = locations[Array(path)]?.span.first { return Int(line) + 1 }
      if let line = firstLine(below: Array(path)), !path.isEmpty { return line }
      if path.isEmpty { return nil }
      path = path.dropLast()
    }
  }

  /// An option is located by what it sets (`…,1159,14,3`), not as a whole.
  private func firstLine(below path: [Int32]) -> Int? {
    locations.filter { $0.key.starts(with: path) }.compactMap { $0.value.span.first }.min().map { Int($0) + 1 }
  }

  /// The comment above what has `path`, or else the one behind it; without the space that follows the slashes.
  func comment(_ path: [Int32]) -> String {
    guard let location = locations[path] else { return "" }
    let text = location.leadingComments ?? location.trailingComments ?? ""
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> Substring in
      var line = line.first == " " ? line.dropFirst() : line
      while line.last == " " { line = line.dropLast() }
      return line
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    return lines.joined(separator: "\n")
  }

  /// Whether the file says anything at `path`.
  func contains(_ path: [Int32]) -> Bool { locations[path] != nil }
}
