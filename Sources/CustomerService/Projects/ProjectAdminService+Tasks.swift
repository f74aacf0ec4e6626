import ApplicationSupport
import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// Tasks of everybody's projects.
extension ProjectAdminService {
  func listProjectTasks(
    _ request: CSAAdminV1.ListProjectTasksRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListProjectTasksResponse {
    let page = Page(skip: request.skip, limit: request.limit, usual: 100)
    let (total, tasks) = try await database.read(for: call) { transaction in
      guard try ProjectStore.exists(request.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      return try ProjectTaskStore.page(of: request.projectID, status: request.status, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = tasks.map { CSAv1.ProjectTask($0) }
    }
  }

  func addProjectTask(_ request: CSAAdminV1.AddProjectTaskRequest, _ call: ServerCall) async throws -> CSAv1.ProjectTask {
    let now = time.wallMicroseconds
    let task = ProjectTask(
      id: ids.next(), projectID: request.projectID, title: request.title, description: request.description?.nilIfEmpty,
      status: ProjectTask.Status.pending, createdAt: now)
    let entry = AuditEntry(.projectTaskAdded, of: task.id, detail: "project \(task.projectID)", call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      guard try ProjectStore.exists(task.projectID, transaction) else { throw CustomerServiceError.projectNotFound }
      try ProjectTaskStore.insert(task, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return CSAv1.ProjectTask(task)
  }

  func setProjectTaskStatus(_ request: CSAAdminV1.SetProjectTaskStatusRequest, _ call: ServerCall) async throws -> CSAv1.ProjectTask {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.projectTaskStatusSet, of: request.taskID, detail: request.status, call, ids: ids, now: now)
    let task = try await database.write(for: call) { transaction in
      guard var task = try ProjectTaskStore.task(request.taskID, transaction) else { throw CustomerServiceError.projectTaskNotFound }
      guard task.status != request.status else { return task }
      task.status = request.status
      task.updatedAt = now
      try ProjectTaskStore.setStatus(of: task.id, to: task.status, at: now, transaction)
      try AuditStore.insert(entry, transaction)
      return task
    }
    return CSAv1.ProjectTask(task)
  }

  func deleteProjectTask(_ request: CSAAdminV1.DeleteProjectTaskRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let entry = AuditEntry(.projectTaskDeleted, of: request.taskID, call, ids: ids, now: time.wallMicroseconds)
    try await database.write(for: call) { transaction in
      guard try ProjectTaskStore.delete(request.taskID, transaction) else { throw CustomerServiceError.projectTaskNotFound }
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}
