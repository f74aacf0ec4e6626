import CustomerServiceAPI
import Protobuf
import RPC

/// Files of everybody's projects.
extension ProjectAdminService {
  func listProjectFiles(
    _ request: CSAAdminV1.ListProjectFilesRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListProjectFilesResponse {
    throw RPCError(.unimplemented, "尚未提供")
  }

  func addProjectFile(_ request: CSAAdminV1.AddProjectFileRequest, _ call: ServerCall) async throws -> CSAv1.ProjectFile {
    throw RPCError(.unimplemented, "尚未提供")
  }

  func uploadProjectFile(
    _ requests: RequestStream<CSAAdminV1.UploadProjectFileRequest>, _ call: ServerCall
  ) async throws -> CSAv1.ProjectFile {
    throw RPCError(.unimplemented, "尚未提供")
  }

  func createProjectFileDownloadUrl(
    _ request: CSAAdminV1.CreateProjectFileDownloadUrlRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.CreateProjectFileDownloadUrlResponse {
    throw RPCError(.unimplemented, "尚未提供")
  }

  func deleteProjectFile(_ request: CSAAdminV1.DeleteProjectFileRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    throw RPCError(.unimplemented, "尚未提供")
  }
}
