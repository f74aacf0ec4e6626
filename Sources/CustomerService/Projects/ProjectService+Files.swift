import CustomerServiceAPI
import RPC
import Storage

/// The files of the caller's own projects.
extension ProjectService {
  /// GET /api/projects/{project_id}/files
  func listProjectFiles(_ request: CSAv1.ListProjectFilesRequest, _ call: ServerCall) async throws -> CSAv1.ListProjectFilesResponse {
    let caller = try call.caller()
    let selection = FileStore.Selection(projectID: request.projectID, filename: request.filename, tag: request.tag)
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, files) = try await database.read(for: call) { transaction in
      try Self.require(request.projectID, of: caller.id, transaction)
      return try FileStore.page(selection, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = files.map { CSAv1.ProjectFile($0) }
    }
  }

  /// POST /api/projects/files/{file_id}/download-url
  func createProjectFileDownloadUrl(
    _ request: CSAv1.CreateProjectFileDownloadUrlRequest, _ call: ServerCall
  ) async throws -> CSAv1.CreateProjectFileDownloadUrlResponse {
    let caller = try call.caller()
    let file = try await database.read(for: call) { transaction in
      guard let file = try FileStore.file(request.fileID, transaction), let projectID = file.projectID else {
        throw CustomerServiceError.fileNotFound
      }
      guard try ProjectStore.ownerID(of: projectID, transaction) == caller.id else { throw CustomerServiceError.foreignFile }
      return file
    }
    let link = try fileLinks.url(for: file)
    return .with {
      $0.downloadURL = link.url
      $0.expiresIn = link.expiresIn
    }
  }
}
