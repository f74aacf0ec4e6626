import Platform

/// The validator of a file's contents: their SHA-256, a strong one.
///
/// Source: RFC 9110, sections 8.8.3, 13.1.2 and 13.1.5.
package struct EntityTag: Equatable, Sendable {
  /// With its quotes.
  package let text: String

  package init(sha256: [UInt8]) { text = "\"" + Hexadecimal.text(sha256) + "\"" }

  /// Whether `If-None-Match` names it, or anything; the comparison is weak.
  package func isAmong(_ header: String) -> Bool {
    header.split(separator: ",").contains { piece in
      var tag = piece.drop { $0 == " " || $0 == "\t" }
      while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
      if tag == "*" { return true }
      if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
      return tag == text
    }
  }

  /// Whether a range may be given under an `If-Range`: it is absent or names exactly this. A date never does: a name may get
  /// other contents within its second.
  package func allowsRange(_ ifRange: String) -> Bool { ifRange.isEmpty || ifRange == text }
}
