/// A comment of a `.proto` file, with the example that its last sentence gives: `Which one. Example: "507f"`.
struct Documentation {
  /// The comment without its example.
  let text: String
  let example: JSONValue?

  init(_ comment: String) {
    guard let marker = comment.range(ofText: "Example: ") else {
      text = comment
      example = nil
      return
    }
    let literal = comment[marker.upperBound...]
    text = String(comment[..<marker.lowerBound]).trimmed
    example = JSONValue(literal: String(literal).trimmed)
  }

  /// The first line.
  var summary: String { text.split(separator: "\n").first.map(String.init) ?? "" }

  /// What follows the first line, its lines put together again.
  var details: String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let paragraphs = lines.split(separator: "").map { $0.joined(separator: " ") }
    return paragraphs.joined(separator: "\n\n")
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
