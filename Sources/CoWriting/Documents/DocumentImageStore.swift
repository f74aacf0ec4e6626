import Storage

/// All SQL about images of documents. Their objects, and the images of a deleted document, go by triggers.
enum DocumentImageStore {
  static func image(_ id: Int64, of documentID: Int64, _ transaction: ReadTransaction) throws -> DocumentImage? {
    try transaction.first(
      "SELECT * FROM cw_document_images WHERE id = $id AND document_id = $document_id",
      ["id": .integer(id), "document_id": .integer(documentID)], image)
  }

  /// Those of a document, at most as many as it may have.
  static func images(of documentID: Int64, _ transaction: ReadTransaction) throws -> [DocumentImage] {
    try transaction.query(all, ["document_id": .integer(documentID)], image)
  }

  static let all: StaticString = "SELECT * FROM cw_document_images WHERE document_id = $document_id ORDER BY created_at, id"

  /// How many a document has, and their bytes.
  static func sums(of documentID: Int64, _ transaction: ReadTransaction) throws -> (images: Int64, bytes: Int64) {
    try transaction.first(
      "SELECT count(*), coalesce(sum(file_size), 0) FROM cw_document_images WHERE document_id = $document_id",
      ["document_id": .integer(documentID)]
    ) { (try $0.integer(0), try $0.integer(1)) } ?? (0, 0)
  }

  /// - Returns: Its id.
  static func insert(_ image: DocumentImage, _ transaction: Transaction) throws -> Int64 {
    try transaction.integer(
      """
      INSERT INTO cw_document_images
        (document_id, created_by, file_name, content_type, file_key, file_size, sha256, width, height, created_at)
      VALUES ($document_id, $created_by, $file_name, $content_type, $file_key, $file_size, $sha256, $width, $height, $created_at)
      RETURNING id
      """,
      [
        "document_id": .integer(image.documentID), "created_by": .integer(image.authorID), "file_name": .text(image.fileName),
        "content_type": .text(image.contentType), "file_key": .text(image.key), "file_size": .integer(image.size),
        "sha256": .blob(image.sha256), "width": .integer(image.width), "height": .integer(image.height),
        "created_at": .integer(image.createdAt),
      ]) ?? 0
  }

  /// - Returns: False if the document has no such image.
  static func delete(_ id: Int64, of documentID: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM cw_document_images WHERE id = $id AND document_id = $document_id",
      ["id": .integer(id), "document_id": .integer(documentID)]) == 1
  }

  /// Whether an object of the blob store is an image's.
  static func hasObject(_ key: String, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.first("SELECT 1 FROM cw_document_images WHERE file_key = $key", ["key": .text(key)]) { _ in true } ?? false
  }

  // MARK: Lists

  static let newest = ListStatements(
    count: """
      SELECT count(*) FROM cw_document_images
      WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
      """,
    ids: """
      SELECT id FROM cw_document_images
      WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
      ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
      """)

  static let anyOrder = ListStatements(
    count: newest.count,
    ids: """
      SELECT id FROM cw_document_images
      WHERE document_id = $document_id AND created_at >= $created_after AND created_at < $created_before
      ORDER BY
        CASE $sort WHEN 'file_name asc' THEN file_name WHEN 'file_size asc' THEN file_size WHEN 'created_at asc' THEN created_at END,
        CASE $sort WHEN 'file_name desc' THEN file_name WHEN 'file_size desc' THEN file_size WHEN 'created_at desc' THEN created_at END DESC,
        CASE WHEN $is_ascending THEN id END, id DESC
      LIMIT $limit OFFSET $skip
      """, isSorted: true)

  static let rows: StaticString = """
    SELECT i.* FROM json_each($ids) AS page JOIN cw_document_images AS i ON i.id = page.value ORDER BY page.key
    """

  /// How many a document has in all, and those of the page.
  static func page(_ query: ListQuery, of documentID: Int64, _ transaction: ReadTransaction) throws
    -> (total: Int64, items: [DocumentImage])
  {
    let parameters: SQLParameters = ["document_id": .integer(documentID)]
    let statements = query.sort == .newestFirst ? newest : anyOrder
    let (total, ids) = try statements.page(query, parameters.within(query.window), transaction)
    return (total, ids.isEmpty ? [] : try transaction.query(rows, .ids(ids), image))
  }

  private static func image(_ row: borrowing Row) throws -> DocumentImage {
    DocumentImage(
      id: try row.integer("id"), documentID: try row.integer("document_id"), authorID: try row.integer("created_by"),
      fileName: try row.text("file_name"), contentType: try row.text("content_type"), key: try row.text("file_key"),
      size: try row.integer("file_size"), sha256: try row.blob("sha256"), width: try row.integer("width"),
      height: try row.integer("height"), createdAt: try row.integer("created_at"))
  }
}
