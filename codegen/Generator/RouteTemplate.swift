/// A REST path such as `/api/tickets/{ticket_id}`, as far as the generator looks into it; the gateway reads it in full.
struct RouteTemplate {
  /// A variable: the field it is bound to and its pattern (`*` unless the template says otherwise).
  struct Variable: Equatable {
    let field: String
    let pattern: String
  }

  let text: String
  private(set) var variables: [Variable] = []
  /// The path with each variable as its pattern: two templates with one shape take the same paths.
  private(set) var shape = ""

  /// Nil for unbalanced braces, an empty variable or a path that does not begin with a slash.
  init?(_ text: String) {
    self.text = text
    guard text.hasPrefix("/") else { return nil }
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { return nil }
      let inside = rest[rest.index(after: open)..<close].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let field = inside.first, !field.isEmpty, !field.contains("{") else { return nil }
      let pattern = inside.count == 2 ? String(inside[1]) : "*"
      variables.append(Variable(field: String(field), pattern: pattern))
      shape += rest[..<open] + pattern
      rest = rest[rest.index(after: close)...]
    }
    guard !rest.contains("}") else { return nil }
    shape += rest
  }

  /// The path as OpenAPI and people write it: `/v1/{name}`.
  var plain: String {
    var result = text
    for variable in variables where variable.pattern != "*" || text.contains("{\(variable.field)=") {
      if let range = result.range(ofText: "{\(variable.field)=\(variable.pattern)}") {
        result.replaceSubrange(range, with: "{\(variable.field)}")
      }
    }
    return result
  }
}

extension String {
  /// The first place of `text`.
  func range(ofText text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
