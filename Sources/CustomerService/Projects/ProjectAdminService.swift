import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// Everybody's projects, for administrators. Over RPC only. Links, tasks and files are in files of their own.
struct ProjectAdminService: CSAAdminV1.ProjectAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let receiver: FileReceiver
  let links: FileLinks

  func listProjects(_ request: CSAAdminV1.ListProjectsRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListProjectsResponse {
    let email = request.ownerEmail.map { EmailAddress.normalised($0) }
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, projects) = try await database.read(for: call) { transaction -> (Int64, [Project]) in
      guard let email else { return try ProjectStore.page(of: nil, page, transaction) }
      // Nobody with that address has no projects; it is a filter, not a path.
      guard let owner = try UserStore.user(email: email, transaction) else { return (0, []) }
      return try ProjectStore.page(of: owner.id, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = projects.map { CSAv1.Project($0) }
    }
  }

  func getProject(_ request: CSAAdminV1.GetProjectRequest, _ call: ServerCall) async throws -> CSAv1.Project {
    let project = try await database.read(for: call) { try ProjectStore.project(request.projectID, $0) }
    guard let project else { throw CustomerServiceError.projectNotFound }
    return CSAv1.Project(project)
  }

  func createProject(_ request: CSAAdminV1.CreateProjectRequest, _ call: ServerCall) async throws -> CSAv1.Project {
    let email = EmailAddress.normalised(request.ownerEmail)
    let now = time.wallMicroseconds
    let id = ids.next()
    let entry = AuditEntry(.projectCreated, of: id, detail: email, call, ids: ids, now: now)
    let project = try await database.write(for: call) { transaction in
      guard let owner = try UserStore.user(email: email, transaction) else { throw CustomerServiceError.userNotFound }
      let project = Project(
        id: id, ownerID: owner.id, ownerEmail: owner.email, name: request.name, description: request.description?.nilIfEmpty,
        overviewMarkdown: request.overviewMarkdown, createdAt: now)
      try ProjectStore.insert(project, transaction)
      try AuditStore.insert(entry, transaction)
      return project
    }
    return CSAv1.Project(project)
  }

  func updateProject(_ request: CSAAdminV1.UpdateProjectRequest, _ call: ServerCall) async throws -> CSAv1.Project {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.projectUpdated, of: request.projectID, call, ids: ids, now: now)
    let project = try await database.write(for: call) { transaction in
      guard var project = try ProjectStore.project(request.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      guard request.name != nil || request.description != nil || request.overviewMarkdown != nil else { return project }
      project.name = request.name ?? project.name
      if let description = request.description { project.description = description.nilIfEmpty }
      project.overviewMarkdown = request.overviewMarkdown ?? project.overviewMarkdown
      project.updatedAt = now
      try ProjectStore.update(project, transaction)
      try AuditStore.insert(entry, transaction)
      return project
    }
    return CSAv1.Project(project)
  }

  func deleteProject(_ request: CSAAdminV1.DeleteProjectRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.projectDeleted, of: request.projectID, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      try FileStore.deleteAll(ofProject: request.projectID, at: now, transaction)
      guard try ProjectStore.delete(request.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}
