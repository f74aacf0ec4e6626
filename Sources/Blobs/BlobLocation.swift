/// Where the store is, as `WEFT_BLOB_URL` says.
public enum BlobLocation: Sendable, Equatable {
  case directory(String)
  case bucket(S3Location)

  /// What the setting takes, for error messages.
  public static let urlForm = "file:PATH or \(S3Location.urlForm)"

  /// - Returns: Nil if the text has another form. `file:` is followed by a path as it is, or by `//` and an absolute one.
  public init?(url: String) {
    if url.hasPrefix("s3:") {
      guard let location = S3Location(url: url) else { return nil }
      self = .bucket(location)
      return
    }
    guard url.hasPrefix("file:"), !url.utf8.contains(0) else { return nil }
    var path = url.dropFirst(5)
    if path.hasPrefix("//") { path = path.dropFirst(2).hasPrefix("/") ? path.dropFirst(2) : "" }
    guard !path.isEmpty else { return nil }
    self = .directory(String(path))
  }
}
