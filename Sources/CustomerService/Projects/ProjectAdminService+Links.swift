import ApplicationSupport
import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// Links of everybody's projects.
extension ProjectAdminService {
  func listProjectLinks(
    _ request: CSAAdminV1.ListProjectLinksRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListProjectLinksResponse {
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, links) = try await database.read(for: call) { transaction in
      guard try ProjectStore.exists(request.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      return try ProjectLinkStore.page(of: request.projectID, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = links.map { CSAv1.ProjectLink($0) }
    }
  }

  func addProjectLink(_ request: CSAAdminV1.AddProjectLinkRequest, _ call: ServerCall) async throws -> CSAv1.ProjectLink {
    let now = time.wallMicroseconds
    let link = ProjectLink(
      id: ids.next(), projectID: request.projectID, title: request.title, url: request.url,
      description: request.description?.nilIfEmpty, createdAt: now)
    let entry = AuditEntry(.projectLinkAdded, of: link.id, detail: "project \(link.projectID)", call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      guard try ProjectStore.exists(link.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      try ProjectLinkStore.insert(link, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return CSAv1.ProjectLink(link)
  }

  func deleteProjectLink(_ request: CSAAdminV1.DeleteProjectLinkRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let entry = AuditEntry(.projectLinkDeleted, of: request.linkID, call, ids: ids, now: time.wallMicroseconds)
    try await database.write(for: call) { transaction in
      guard try ProjectLinkStore.delete(request.linkID, transaction) else { throw CustomerServiceError.projectLinkNotFound }
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}
