/// A file as the database knows it; its contents lie in the blob store.
struct FileRecord: Equatable, Sendable {
  /// A UUID for an upload, 24 lower-case hex digits for a project's file.
  var id: String
  /// Who uploaded it or put it into the project.
  var userID: String
  /// Nil for an upload.
  var projectID: String?
  /// As `FileName` has it.
  var filename: String
  /// Bytes.
  var size: Int64
  var contentType: String
  var tag: String?
  /// The text of a `BlobKey`.
  var key: String
  /// Of the contents, 32 bytes.
  var sha256: [UInt8]
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  /// What a file may have at most: 100 MiB (6.1).
  static let sizeMax: Int64 = 104_857_600
}
