import CustomerServiceAPI
import RPC
import Storage

/// The caller's own projects, with their links and tasks (chapter 5 of the document); files are in `ProjectService+Files.swift`.
struct ProjectService: CSAv1.ProjectServiceServer {
  let database: Database
  let fileLinks: FileLinks

  /// GET /api/projects/me
  func listMyProjects(_ request: CSAv1.ListMyProjectsRequest, _ call: ServerCall) async throws -> CSAv1.ListMyProjectsResponse {
    let caller = try call.caller()
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, projects) = try await database.read(for: call) { try ProjectStore.page(of: caller.id, page, $0) }
    return .with {
      $0.total = total
      $0.items = projects.map { CSAv1.Project($0) }
    }
  }

  /// GET /api/projects/{project_id}
  func getProject(_ request: CSAv1.GetProjectRequest, _ call: ServerCall) async throws -> CSAv1.Project {
    let caller = try call.caller()
    let project = try await database.read(for: call) { try ProjectStore.project(request.projectID, $0) }
    guard let project else { throw CustomerServiceError.projectNotFound }
    try project.require(owner: caller.id)
    return CSAv1.Project(project)
  }

  /// GET /api/projects/{project_id}/links
  func listProjectLinks(_ request: CSAv1.ListProjectLinksRequest, _ call: ServerCall) async throws -> CSAv1.ListProjectLinksResponse {
    let caller = try call.caller()
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, links) = try await database.read(for: call) { transaction in
      try Self.require(request.projectID, of: caller.id, transaction)
      return try ProjectLinkStore.page(of: request.projectID, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = links.map { CSAv1.ProjectLink($0) }
    }
  }

  /// GET /api/projects/{project_id}/tasks
  func listProjectTasks(_ request: CSAv1.ListProjectTasksRequest, _ call: ServerCall) async throws -> CSAv1.ListProjectTasksResponse {
    let caller = try call.caller()
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, tasks) = try await database.read(for: call) { transaction in
      try Self.require(request.projectID, of: caller.id, transaction)
      return try ProjectTaskStore.page(of: request.projectID, status: request.status, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = tasks.map { CSAv1.ProjectTask($0) }
    }
  }

  /// - Throws: `projectNotFound`; `foreignProject` where it is somebody else's.
  static func require(_ id: String, of callerID: String, _ transaction: ReadTransaction) throws {
    guard let ownerID = try ProjectStore.ownerID(of: id, transaction) else { throw CustomerServiceError.projectNotFound }
    guard ownerID == callerID else { throw CustomerServiceError.foreignProject }
  }
}
