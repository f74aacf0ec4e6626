/// A contract as it is stored, together with its owner's address.
struct Contract: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var ownerID: String
  var ownerEmail: String
  var title: String
  /// At most 1 MiB of UTF-8.
  var contentMarkdown: String
  var isSigned: Bool
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  /// Gives the contract a new title or other words; nil leaves it as it is. Whoever signed has signed the words of then, so
  /// other words are unsigned.
  ///
  /// Compared as bytes: two spellings of one letter are different words to whoever checks what was signed.
  ///
  /// - Returns: Whether anything is different now.
  mutating func rewrite(title newTitle: String?, content newContent: String?) -> Bool {
    var isChanged = false
    if let newTitle, !newTitle.utf8.elementsEqual(title.utf8) {
      title = newTitle
      isChanged = true
    }
    if let newContent, !newContent.utf8.elementsEqual(contentMarkdown.utf8) {
      contentMarkdown = newContent
      isSigned = false
      isChanged = true
    }
    return isChanged
  }

  /// A foreign contract may not be read, not even by an administrator over REST.
  func require(owner callerID: String) throws(CustomerServiceError) {
    guard ownerID == callerID else { throw .foreignContract }
  }
}
