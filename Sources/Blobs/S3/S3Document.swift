/// The few elements that we need of S3's XML answers. No parser: nothing in it is followed, expanded or nested.
struct S3Document {
  private let text: Substring

  init(_ body: [UInt8]) { text = Substring(String(decoding: body, as: UTF8.self)) }

  private init(_ text: Substring) { self.text = text }

  /// Whether there is such an element.
  func has(_ element: String) -> Bool { content(element) != nil }

  /// The text of the first element of that name, with the five predefined entities resolved.
  func text(_ element: String) -> String? { content(element).map { Self.resolved($0) } }

  /// All elements of that name, none within another.
  func all(_ element: String) -> [S3Document] {
    var found: [S3Document] = []
    var rest = self
    while let content = rest.content(element) {
      found.append(S3Document(content))
      rest = S3Document(rest.text[content.endIndex...])
    }
    return found
  }

  private func content(_ element: String) -> Substring? {
    var search = text
    while let open = Self.range(of: "<\(element)", in: search) {
      search = search[open.upperBound...]
      // `<Key>` is meant, not `<KeyMarker>`; attributes such as a name space may stand in it.
      guard let next = search.unicodeScalars.first, next == ">" || next == " ", let end = search.firstIndex(of: ">") else { continue }
      let inside = search[search.index(after: end)...]
      return Self.range(of: "</\(element)>", in: inside).map { inside[..<$0.lowerBound] }
    }
    return nil
  }

  private static func range(of needle: String, in text: Substring) -> Range<Substring.Index>? {
    let pattern = Array(needle.utf8)
    let bytes = text.utf8
    var start = bytes.startIndex
    while let found = bytes[start...].firstIndex(of: pattern[0]) {
      if bytes[found...].starts(with: pattern) { return found..<bytes.index(found, offsetBy: pattern.count) }
      start = bytes.index(after: found)
    }
    return nil
  }

  private static func resolved(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")]
    var result = ""
    var rest = text
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      rest = rest[ampersand...]
      let entity = entities.first { rest.hasPrefix($0.0) }
      result += entity?.1 ?? "&"
      rest = rest.dropFirst(entity?.0.count ?? 1)
    }
    return result + rest
  }
}
