/// Collects the lines of a file and owns their indentation.
struct SourcePrinter {
  private(set) var text = ""
  private var depth = 0

  /// One line, or several where `lines` has line breaks; an empty one gets no indentation.
  mutating func line(_ lines: String = "") {
    for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
      if !line.isEmpty { text += String(repeating: "  ", count: depth) + line }
      text += "\n"
    }
  }

  /// `head {`, what `body` prints one step further in, `}`.
  mutating func block(_ head: String, _ body: (inout SourcePrinter) -> Void) {
    line(head + " {")
    indented(body)
    line("}")
  }

  /// What `body` prints, one step further in.
  mutating func indented(_ body: (inout SourcePrinter) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }

  /// A docstring; nothing if `comment` is empty.
  mutating func documentation(_ comment: String) {
    guard !comment.isEmpty else { return }
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      self.line(line.isEmpty ? "///" : "/// " + line)
    }
  }
}
