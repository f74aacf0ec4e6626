import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Projects (chapter 项目管理接口 of the document). A project is one user's, and for one of this user's companies; administrators reach
/// all.
struct ProjectService: CoWritingV1.ProjectServiceServer {
  let database: Database
  let time: any TimeSource

  /// GET /api/v1/projects
  func listProjects(_ request: CoWritingV1.ListProjectsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListProjectsResponse {
    let query = ListQuery(request)
    let selection = ProjectSelection(
      owners: try call.owners(of: request.userID), keyword: ListKeyword.folded(request.keyword), companyID: request.companyID,
      type: request.type?.nilIfEmpty, status: request.status?.nilIfEmpty)
    let (total, items) = try await database.read(for: call) { try ProjectStore.page(selection, query, $0) }
    return .init(items.map { CoWritingV1.ProjectItem($0.project, $0.surroundings) }, total: total, query.page)
  }

  /// POST /api/v1/projects
  func createProject(_ request: CoWritingV1.CreateProjectRequest, _ call: ServerCall) async throws -> CoWritingV1.Project {
    let now = time.wallMicroseconds
    let reached = try call.owners()
    let ownerID = try request.userID ?? call.callerID()
    guard reached.contains(ownerID) else { throw CoWritingError.foreignOwner }
    var project = Project(
      ownerID: ownerID, companyID: request.companyID, name: request.name, type: request.type ?? Project.usualType,
      status: Project.Status.draft, description: request.description?.nilIfEmpty, metadata: try Self.text(request.metadata),
      createdAt: now, updatedAt: now)
    project.setStatus(request.status ?? Project.Status.draft, at: now)
    project.id = try await database.write(for: call) { [project] transaction in
      guard try UserStore.user(id: ownerID, transaction) != nil else { throw CoWritingError.notFound(.user) }
      if let company = project.companyID { _ = try CompanyStore.required(company, of: .only(ownerID), transaction) }
      return try ProjectStore.insert(project, transaction)
    }
    return try CoWritingV1.Project(project)
  }

  /// GET /api/v1/projects/{project_id}
  func getProject(_ request: CoWritingV1.GetProjectRequest, _ call: ServerCall) async throws -> CoWritingV1.GetProjectResponse {
    let owners = try call.owners()
    let found = try await database.read(for: call) { try ProjectStore.whole(request.projectID, of: owners, $0) }
    guard let found else { throw CoWritingError.notFound(.project) }
    return try CoWritingV1.GetProjectResponse(found.project, found.surroundings)
  }

  /// PUT /api/v1/projects/{project_id}
  func updateProject(_ request: CoWritingV1.UpdateProjectRequest, _ call: ServerCall) async throws -> CoWritingV1.Project {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    let metadata = try request.metadata.map { try Self.text($0) }
    let project = try await database.write(for: call) { transaction in
      var project = try ProjectStore.required(request.projectID, of: owners, transaction)
      // Of the owner's companies, also when an administrator moves it.
      if let id = request.companyID { project.companyID = try CompanyStore.required(id, of: .only(project.ownerID), transaction).id }
      if let name = request.name { project.name = name }
      if let type = request.type { project.type = type }
      if let status = request.status { project.setStatus(status, at: now) }
      if let description = request.description { project.description = description.nilIfEmpty }
      if let metadata { project.metadata = metadata }
      project.updatedAt = now
      try ProjectStore.update(project, transaction)
      return project
    }
    return try CoWritingV1.Project(project)
  }

  /// DELETE /api/v1/projects/{project_id}
  func deleteProject(_ request: CoWritingV1.DeleteProjectRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      let project = try ProjectStore.required(request.projectID, of: owners, transaction)
      try FormStore.deleteAll(of: project.id, at: now, transaction)
      try DocumentStore.deleteAll(ofProject: project.id, at: now, transaction)
      try ProjectStore.delete(project.id, at: now, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  private static func text(_ metadata: GoogleProtobuf.Struct?) throws(CoWritingError) -> String {
    try JSONObject.text(metadata, bytesMax: Project.metadataBytesMax, field: (name: "metadata", label: "元数据"))
  }
}

extension ProjectStore {
  /// A project of the owners.
  ///
  /// - Throws: `notFound`, also for somebody else's.
  static func required(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> Project {
    guard let project = try project(id, of: owners, transaction) else { throw CoWritingError.notFound(.project) }
    return project
  }
}
