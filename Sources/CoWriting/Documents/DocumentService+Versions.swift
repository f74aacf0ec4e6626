import ApplicationSupport
import CoWritingAPI
import RPC
import Storage

/// Versions of documents.
extension DocumentService {
  /// What one answer may hold of contents: two of the longest.
  static let pageBytesMax: Int64 = 33_554_432

  /// GET /api/v1/documents/{document_id}/versions
  func listVersions(_ request: CoWritingV1.ListVersionsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListVersionsResponse {
    let owners = try call.owners()
    let query = ListQuery(request, usual: ListSort(column: "version_number", isAscending: true))
    let (total, versions) = try await database.read(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      let (total, ids, bytes) = try VersionStore.page(query, of: document.id, transaction)
      // The contents belong to the answer, so a page of long ones must be a shorter page.
      guard bytes <= Self.pageBytesMax else {
        throw CoWritingError.invalid(field: "size", "本页版本内容共\(bytes)字节，超过\(Self.pageBytesMax)字节，请减小每页大小")
      }
      return (total, try VersionStore.listed(ids, transaction))
    }
    return CoWritingV1.ListVersionsResponse(try versions.map { try CoWritingV1.VersionItem($0) }, total: total, query.page)
  }

  /// POST /api/v1/documents/{document_id}/versions
  func createVersion(_ request: CoWritingV1.CreateVersionRequest, _ call: ServerCall) async throws -> CoWritingV1.Version {
    let summary = try JSONObject.text(request.changesSummary, bytesMax: Document.objectBytesMax, field: ("changes_summary", "变更说明"))
    return try await append(to: request.documentID, condition: request.etag, call) { _, _ in (request.content, summary) }
  }

  /// GET /api/v1/documents/{document_id}/versions/{version_number}
  func getVersion(_ request: CoWritingV1.GetVersionRequest, _ call: ServerCall) async throws -> CoWritingV1.VersionItem {
    let owners = try call.owners()
    let version = try await database.read(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      return try VersionStore.listed(number: request.versionNumber, of: document.id, transaction)
    }
    guard let version else { throw CoWritingError.notFound(.version) }
    return try CoWritingV1.VersionItem(version)
  }

  /// POST /api/v1/documents/{document_id}/versions/{version_number}/restore
  func restoreVersion(_ request: CoWritingV1.RestoreVersionRequest, _ call: ServerCall) async throws -> CoWritingV1.Version {
    try await append(to: request.documentID, condition: request.etag, call) { document, transaction in
      guard let content = try VersionStore.content(number: request.versionNumber, of: document.id, transaction) else {
        throw CoWritingError.notFound(.version)
      }
      return (content, DocumentVersion.restoreSummary(request.versionNumber))
    }
  }

  /// GET /api/v1/documents/{document_id}/compare
  func compareVersions(
    _ request: CoWritingV1.CompareVersionsRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.CompareVersionsResponse {
    let owners = try call.owners()
    let (later, from, to) = try await database.read(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      let later = request.toVersion ?? document.versionsCount
      guard let from = try VersionStore.content(number: request.fromVersion, of: document.id, transaction),
        let to = try VersionStore.content(number: later, of: document.id, transaction)
      else { throw CoWritingError.notFound(.version) }
      return (later, from, to)
    }
    let changes = try await comparisons.changes(from: from, to: to, for: call)
    return .with {
      $0.documentID = request.documentID
      $0.fromVersion = request.fromVersion
      $0.toVersion = later
      $0.addedLines = changes.addedLines
      $0.removedLines = changes.removedLines
      $0.changes = changes.stretches.map { stretch in
        .with {
          $0.kind = stretch.kind.rawValue
          $0.text = stretch.text
        }
      }
    }
  }

  /// Adds a version, whose contents become the document's.
  ///
  /// - Parameter make: Gives the contents and what is said about them.
  private func append(
    to documentID: Int64, condition: String, _ call: ServerCall,
    _ make: @escaping @Sendable (Document, Transaction) throws -> (content: String, summary: String)
  ) async throws -> CoWritingV1.Version {
    let owners = try call.owners()
    let author = try call.callerID()
    let version = try await database.write(for: call) { transaction in
      let old = try Self.changeable(documentID, owners, condition: condition, transaction)
      let (content, summary) = try make(old, transaction)
      return try append(content, summary: summary, to: old, author: author, transaction)
    }
    return try CoWritingV1.Version(version)
  }

  /// The same in a transaction that does more.
  func append(
    _ content: String, summary: String, to old: Document, author: Int64, _ transaction: Transaction
  ) throws -> DocumentVersion {
    let oldContent = try VersionStore.content(of: old, transaction)
    var document = old
    let version = try add(content, summary: summary, to: &document, author: author, transaction)
    try change(old, oldContent, to: &document, content, transaction)
    return version
  }
}
