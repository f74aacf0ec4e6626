import ApplicationSupport
import Blobs
import CustomerServiceAPI
import Protobuf
import RPC
import Storage

/// Files of everybody's projects. Administrators are believed about what a file is.
extension ProjectAdminService {
  func listProjectFiles(
    _ request: CSAAdminV1.ListProjectFilesRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListProjectFilesResponse {
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, files) = try await database.read(for: call) { transaction in
      guard try ProjectStore.exists(request.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      return try FileStore.page(.init(projectID: request.projectID), page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = files.map { CSAv1.ProjectFile($0) }
    }
  }

  func addProjectFile(_ request: CSAAdminV1.AddProjectFileRequest, _ call: ServerCall) async throws -> CSAv1.ProjectFile {
    let caller = try call.caller()
    try receiver.enter(caller.id)
    defer { receiver.leave(caller.id) }
    let place = FilePlace(id: ids.next(), projectID: request.projectID)
    let file = try await begin(place, filename: request.filename, contentType: request.contentType, call)
    do {
      let content = request.content
      for start in stride(from: 0, to: content.count, by: Self.pieceBytes) {
        try await file.append(Array(content[start..<min(start + Self.pieceBytes, content.count)]))
      }
      return try await finish(file, place, tag: request.tag, call)
    } catch {
      await file.abort()
      throw error
    }
  }

  func uploadProjectFile(
    _ requests: RequestStream<CSAAdminV1.UploadProjectFileRequest>, _ call: ServerCall
  ) async throws -> CSAv1.ProjectFile {
    let caller = try call.caller()
    try receiver.enter(caller.id)
    defer { receiver.leave(caller.id) }
    let began = time.monotonic
    var begun: (file: IncomingFile, place: FilePlace)?
    var tag: String?
    do {
      for try await request in requests {
        try receiver.requireTime(since: began)
        if begun == nil {
          let place = FilePlace(id: ids.next(), projectID: request.projectID)
          begun = (try await begin(place, filename: request.filename, contentType: request.contentType, call), place)
        } else if !request.filename.isEmpty {
          throw CustomerServiceError.secondFileName
        }
        tag = request.tag ?? tag
        if !request.data.isEmpty { try await begun?.file.append(request.data) }
      }
      guard let begun else { throw CustomerServiceError.missingFile }
      return try await finish(begun.file, begun.place, tag: tag, call)
    } catch {
      await begun?.file.abort()
      throw error
    }
  }

  func createProjectFileDownloadUrl(
    _ request: CSAAdminV1.CreateProjectFileDownloadUrlRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.CreateProjectFileDownloadUrlResponse {
    let file = try await database.read(for: call) { try FileStore.file(request.fileID, $0) }
    // What a user uploaded is that user's.
    guard let file, file.projectID != nil else { throw CustomerServiceError.fileNotFound }
    let link = try links.url(for: file)
    return .with {
      $0.downloadURL = link.url
      $0.expiresIn = link.expiresIn
    }
  }

  func deleteProjectFile(_ request: CSAAdminV1.DeleteProjectFileRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.projectFileDeleted, of: request.fileID, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      guard let file = try FileStore.file(request.fileID, transaction), let projectID = file.projectID else {
        throw CustomerServiceError.fileNotFound
      }
      try FileStore.delete(file, at: now, transaction)
      var entry = entry
      entry.detail = "project \(projectID)"
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// Where a file is to be.
  private struct FilePlace: Sendable {
    var id: String
    var projectID: String
  }

  /// How much of a whole message goes to the blob store at a time.
  private static let pieceBytes = 256 * 1024

  private func begin(_ place: FilePlace, filename: String, contentType: String, _ call: ServerCall) async throws -> IncomingFile {
    let name = try FileReceiver.name(filename)
    let type = contentType.isEmpty ? MediaTypeText.unknown : contentType
    guard MediaTypeText.isValid(type) else { throw CustomerServiceError.invalidContentType }
    // Before anything is written, and again in the transaction at the end.
    let exists = try await database.read(for: call) { try ProjectStore.exists(place.projectID, $0) }
    let end = name.keyExtension.map { "." + $0 } ?? ""
    guard exists, let key = BlobKey("projects/\(place.projectID)/files/\(place.id)\(end)") else {
      throw CustomerServiceError.projectNotFound
    }
    return try receiver.begin(name, key: key, type: .said(type))
  }

  private func finish(_ file: IncomingFile, _ place: FilePlace, tag: String?, _ call: ServerCall) async throws -> CSAv1.ProjectFile {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.projectFileAdded, of: place.id, detail: "project \(place.projectID)", call, ids: ids, now: now)
    let record = try await file.finish(
      FileRecord(
        id: place.id, userID: try call.caller().id, projectID: place.projectID, filename: "", size: 0, contentType: "",
        tag: tag?.nilIfEmpty, key: "", sha256: [], createdAt: now)
    ) { _, transaction in
      guard try ProjectStore.exists(place.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      try AuditStore.insert(entry, transaction)
    }
    return CSAv1.ProjectFile(record)
  }
}
