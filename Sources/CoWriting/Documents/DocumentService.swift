import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Documents and their versions (chapter 文档管理接口 of the document).
struct DocumentService: CoWritingV1.DocumentServiceServer {
  let database: Database
  let time: any TimeSource
  let comparisons: VersionComparison
  let images: DocumentImageReceiver

  /// GET /api/v1/documents
  func listDocuments(_ request: CoWritingV1.ListDocumentsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListDocumentsResponse {
    let list = DocumentList(
      query: ListQuery(request), owners: try call.owners(of: request.userID), projectID: request.projectID,
      status: request.status?.nilIfEmpty, format: request.format?.nilIfEmpty, keyword: ListKeyword.folded(request.keyword))
    let (total, documents) = try await database.read(for: call) { try list.page($0) }
    return CoWritingV1.ListDocumentsResponse(documents.map { CoWritingV1.DocumentItem($0) }, total: total, list.query.page)
  }

  /// POST /api/v1/documents
  func createDocument(_ request: CoWritingV1.CreateDocumentRequest, _ call: ServerCall) async throws -> CoWritingV1.Document {
    let owners = try call.owners()
    let author = try call.callerID()
    let metadata = try JSONObject.text(request.metadata, bytesMax: Document.objectBytesMax, field: Self.metadata)
    let content = request.content ?? ""
    let document = try await database.write(for: call) { transaction in
      guard let project = try ProjectStore.project(request.projectID, of: owners, transaction) else {
        throw CoWritingError.notFound(.project)
      }
      let now = max(time.wallMicroseconds, try DocumentStore.latestCreation(transaction))
      var document = Document(
        userID: project.ownerID, projectID: project.id, title: request.title, format: request.format ?? Document.usualFormat,
        status: request.status ?? Document.usualStatus, metadata: metadata, createdAt: now, updatedAt: now)
      document.id = try DocumentStore.insert(document, transaction)
      _ = try VersionStore.insert(
        DocumentVersion(
          documentID: document.id, number: 1, content: content, changesSummary: DocumentVersion.initialSummary, authorID: author,
          createdAt: now), transaction)
      DocumentSearch.index.insert(DocumentSearch.entry(document, content: content), transaction)
      return document
    }
    return try CoWritingV1.Document(document, content: content)
  }

  /// GET /api/v1/documents/{document_id}
  func getDocument(_ request: CoWritingV1.GetDocumentRequest, _ call: ServerCall) async throws -> CoWritingV1.GetDocumentResponse {
    let owners = try call.owners()
    let (listed, content) = try await database.read(for: call) { transaction in
      guard let listed = try DocumentStore.listed(id: request.documentID, transaction), owners.contains(listed.document.userID) else {
        throw CoWritingError.notFound(.document)
      }
      return (listed, try VersionStore.content(of: listed.document, transaction))
    }
    return try CoWritingV1.GetDocumentResponse(listed, content: content)
  }

  /// PUT /api/v1/documents/{document_id}
  func updateDocument(_ request: CoWritingV1.UpdateDocumentRequest, _ call: ServerCall) async throws -> CoWritingV1.Document {
    let owners = try call.owners()
    let author = try call.callerID()
    let metadata = try request.metadata.map { metadata throws(CoWritingError) in
      try JSONObject.text(metadata, bytesMax: Document.objectBytesMax, field: Self.metadata)
    }
    let (document, content) = try await database.write(for: call) { transaction in
      let old = try Self.changeable(request.documentID, owners, condition: request.etag, transaction)
      let oldContent = try VersionStore.content(of: old, transaction)
      var document = old
      document.title = request.title ?? old.title
      document.format = request.format ?? old.format
      document.status = request.status ?? old.status
      document.metadata = metadata ?? old.metadata
      var content = oldContent
      if let new = request.content, !new.utf8.elementsEqual(oldContent.utf8) {
        content = new
        _ = try add(
          content, summary: DocumentVersion.updateSummary, to: &document, author: author, transaction)
      }
      // What changes nothing leaves the document in the state that others have seen.
      guard !document.reads(as: old) else { return (old, oldContent) }
      try change(old, oldContent, to: &document, content, transaction)
      return (document, content)
    }
    return try CoWritingV1.Document(document, content: content)
  }

  /// DELETE /api/v1/documents/{document_id}
  func deleteDocument(_ request: CoWritingV1.DeleteDocumentRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    try await database.write(for: call) { transaction in
      let document = try Self.changeable(request.documentID, owners, condition: request.etag, transaction)
      try DocumentSearch.remove(document, transaction)
      try DocumentStore.delete(document.id, at: time.wallMicroseconds, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  static let metadata = (name: "metadata", label: "文档元数据")

  /// A document of the caller's.
  static func readable(_ id: Int64, _ owners: ListOwners, _ transaction: ReadTransaction) throws -> Document {
    guard let document = try DocumentStore.document(id: id, transaction), owners.contains(document.userID) else {
      throw CoWritingError.notFound(.document)
    }
    return document
  }

  /// A document of the caller's that is in a state that they want to change.
  ///
  /// - Parameter condition: Of `DocumentTag`.
  static func changeable(_ id: Int64, _ owners: ListOwners, condition: String, _ transaction: Transaction) throws -> Document {
    let document = try readable(id, owners, transaction)
    try document.requireUnchanged(condition)
    return document
  }

  /// Adds a version with the next number to a document, whose own row `change` has yet to write.
  func add(
    _ content: String, summary: String, to document: inout Document, author: Int64, _ transaction: Transaction
  ) throws -> DocumentVersion {
    let now = max(time.wallMicroseconds, try VersionStore.latestCreation(of: document, transaction))
    document.versionsCount += 1
    var version = DocumentVersion(
      documentID: document.id, number: document.versionsCount, content: content, changesSummary: summary, authorID: author, createdAt: now)
    version.id = try VersionStore.insert(version, transaction)
    return version
  }

  /// Writes a changed document in its next state, and what searches find of it.
  func change(
    _ old: Document, _ oldContent: String, to document: inout Document, _ content: String, _ transaction: Transaction
  ) throws {
    document.revision += 1
    document.updatedAt = max(time.wallMicroseconds, old.updatedAt)
    try DocumentStore.update(document, transaction)
    try DocumentSearch.change(old, oldContent, to: document, content, at: time.wallMicroseconds, transaction)
  }
}
