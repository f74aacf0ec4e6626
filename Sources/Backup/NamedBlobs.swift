internal import Storage

/// A file of the blob store as a row of the database names it.
struct NamedBlob: Equatable {
  var key: String
  /// Bytes.
  var size: Int64
  /// 32 bytes.
  var sha256: [UInt8]
  var contentType: String
}

/// All files that a copy of the database names, by key, one at a time: there may be millions.
struct NamedBlobs {
  private let rows: DatabaseCopy.Rows?

  /// - Parameter schema: The database's: what later migrations made is not asked for.
  init(_ copy: DatabaseCopy, applications: [BackedUpApplication], schema: [String: Int]) throws(StorageError) {
    let statements = applications.flatMap { application in
      application.blobs.filter { $0.since <= schema[application.migrator.application] ?? 0 }
    }
    guard !statements.isEmpty else {
      rows = nil
      return
    }
    // Sorted by bytes, as the archive is; a file that two rows name is one file.
    let all = (["SELECT '' AS key, 0 AS size, x'' AS sha256, '' AS content_type WHERE 0"] + statements.map { "\($0.sql)" })
    rows = try copy.rows(
      "SELECT key, size, sha256, content_type FROM (\(all.joined(separator: " UNION ALL "))) GROUP BY key ORDER BY key")
  }

  func next() throws(StorageError) -> NamedBlob? {
    try rows?.next { row throws(StorageError) in
      NamedBlob(key: try row.text(0), size: try row.integer(1), sha256: try row.blob(2), contentType: try row.text(3))
    }
  }
}
