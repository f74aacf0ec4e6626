/// Names a state of a document: `"7"` is the one that its seventh change made.
///
/// Source: RFC 9110, sections 8.8.3 and 13.1.1.
enum DocumentTag {
  static func text(_ revision: Int64) -> String { "\"\(revision)\"" }

  /// Whether an `If-Match` holds: a list of tags of which one is the document's, or `*`. The comparison is strong, so a weak tag never
  /// matches.
  ///
  /// - Parameter condition: Empty for none, which always holds.
  static func isMet(_ condition: String, revision: Int64) -> Bool {
    if condition.isEmpty { return true }
    let tag = text(revision)
    return condition.utf8.split(separator: UInt8(ascii: ",")).contains { piece in
      var piece = piece.drop(while: isBlank)
      while let last = piece.last, isBlank(last) { piece.removeLast() }
      return piece.elementsEqual("*".utf8) || piece.elementsEqual(tag.utf8)
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
