/// A row of `cw_exports`: a document that is, was or is to be made a file.
struct Export: Equatable, Sendable {
  /// 0 before it is inserted.
  var id: Int64 = 0
  var userID: Int64
  var documentID: Int64
  /// The document's when it was asked for.
  var title: String
  /// Which version of the document it is of.
  var versionNumber: Int64
  var format: String
  /// `ExportSettings` as a JSON object.
  var options: String
  var status: JobStatus = .processing
  /// From 0 to 1000.
  var progress: Int64 = 0
  /// The object that is the export's.
  var fileKey: String?
  var fileName: String?
  /// Bytes.
  var fileSize: Int64?
  var sha256: [UInt8]?
  var errorMessage: String?
  /// Microseconds since 1970.
  var createdAt: Int64
  var completedAt: Int64?
}

/// An export with the name that answers bear.
struct NamedExport: Equatable, Sendable {
  var export: Export
  /// The full name of whoever asked for it, or the user name.
  var userName: String
}
