/// Where the store is, as `WEFT_BLOB_URL` says.
public enum BlobLocation: Sendable, Equatable {
  case directory(String)

  /// What the setting takes, for error messages.
  public static let urlForm = "file:PATH"

  /// - Returns: Nil if the text has another form. `file:` is followed by a path as it is, or by `//` and an absolute one.
  public init?(url: String) {
    guard url.hasPrefix("file:"), !url.utf8.contains(0) else { return nil }
    var path = url.dropFirst(5)
    if path.hasPrefix("//") { path = path.dropFirst(2).hasPrefix("/") ? path.dropFirst(2) : "" }
    guard !path.isEmpty else { return nil }
    self = .directory(String(path))
  }
}
