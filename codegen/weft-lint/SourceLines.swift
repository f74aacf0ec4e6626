import Protobuf

/// Where things stand in a proto file and what is written above them, by descriptor path (`SourceCodeInfo.Location.path`).
struct SourceLines {
  private var lines: [[Int32]: Int] = [:]
  private var comments: Set<[Int32]> = []

  init(_ info: GoogleProtobuf.SourceCodeInfo?) {
    for location in info?.location ?? [] {
      guard let line = location.span.first else { continue }
      lines[location.path] = Int(line) + 1
      let text = (location.leadingComments ?? "") + (location.trailingComments ?? "")
      if !text.allSatisfy(\.isWhitespace) { comments.insert(location.path) }
    }
  }

  /// From 1; 0 where protoc says nothing.
  func line(_ path: [Int32]) -> Int { lines[path] ?? 0 }

  func hasComment(_ path: [Int32]) -> Bool { comments.contains(path) }
}
