import CustomerServiceAPI
import RPC

/// The files of the caller's own projects.
extension ProjectService {
  /// GET /api/projects/{project_id}/files
  func listProjectFiles(_ request: CSAv1.ListProjectFilesRequest, _ call: ServerCall) async throws -> CSAv1.ListProjectFilesResponse {
    throw RPCError(.unimplemented, "尚未提供")
  }

  /// POST /api/projects/files/{file_id}/download-url
  func createProjectFileDownloadUrl(
    _ request: CSAv1.CreateProjectFileDownloadUrlRequest, _ call: ServerCall
  ) async throws -> CSAv1.CreateProjectFileDownloadUrlResponse {
    throw RPCError(.unimplemented, "尚未提供")
  }
}
