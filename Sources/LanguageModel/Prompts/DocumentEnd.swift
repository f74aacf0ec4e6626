/// What a model needs to know of a document so far: its headings, and how it ends.
enum DocumentEnd {
  /// The last paragraphs that fit, and a note where something is left out; if not even the last paragraph fits, its end.
  static func text(of document: String, charactersMax: Int) -> String {
    let note = "（前文从略）\n"
    let scalars = document.unicodeScalars
    guard scalars.count > charactersMax else { return document.isEmpty ? "" : document }
    let room = charactersMax - note.unicodeScalars.count
    guard room > 0 else { return "" }
    let end = scalars.suffix(room)
    // Begin with a paragraph: behind an empty line, or else behind the end of a line, in the first half.
    let half = end.prefix(room / 2)
    var start = end.startIndex
    if let place = firstEmptyLine(half) {
      start = place
    } else if let place = half.firstIndex(of: "\n") {
      start = scalars.index(after: place)
    }
    return note + String(Substring(scalars[start...]))
  }

  private static func firstEmptyLine(_ text: Substring.UnicodeScalarView) -> String.Index? {
    var previous: Unicode.Scalar?
    for index in text.indices {
      if text[index] == "\n", previous == "\n" { return text.index(after: index) }
      previous = text[index]
    }
    return nil
  }

  /// The lines that are headings, outside of code; the last ones if there are more.
  static func headings(of document: String, max: Int) -> [String] {
    let bytes = document.utf8
    var headings: [String] = []
    var isCode = false
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let line = bytes[start..<end]
      switch line.first {
      case UInt8(ascii: "`"), UInt8(ascii: "~"): if line.starts(with: "```".utf8) || line.starts(with: "~~~".utf8) { isCode.toggle() }
      case UInt8(ascii: "#") where !isCode && isHeading(line):
        if headings.count >= 2 * max { headings.removeFirst(headings.count - max) }
        headings.append(String(decoding: line.prefix(lineBytesMax), as: UTF8.self))
      default: break
      }
      start = end < bytes.endIndex ? bytes.index(after: end) : end
    }
    return headings.suffix(max)
  }

  /// What of a line is looked at: a whole document may be one.
  private static let lineBytesMax = 4_096

  private static func isHeading(_ line: Substring.UTF8View) -> Bool {
    let marks = line.prefix(7).prefix { $0 == UInt8(ascii: "#") }.count
    return marks <= 6 && line.dropFirst(marks).first == UInt8(ascii: " ")
  }
}
