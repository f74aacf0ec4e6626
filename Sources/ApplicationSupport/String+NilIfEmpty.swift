extension String {
  /// Nil for a text without a character: an optional text that is empty says nothing, and clears what it is to replace.
  package var nilIfEmpty: String? { isEmpty ? nil : self }
}
