import ArgumentParser
import CustomerServiceAPI

/// `weft admin projects tasks …`: what is to be done in a project.
struct AdminProjectTasks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "Tasks of a project: list, add, done, reopen, delete.",
    subcommands: [List.self, Add.self, Done.self, Reopen.self, Delete.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Tasks, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those of this status: pending or completed.", completion: .list(["pending", "completed"]))
    var status: String?
    @Argument(help: "Id of the project.")
    var project: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      try await session.list(.tasks, page, pageMax: 500) { try await AdminProjectTasks.page(session, id, status, $0, $1) }
    }
  }

  struct Add: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Puts a task into a project.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the project.")
    var project: String
    @Argument(help: "What is to be done.")
    var title: String
    @Option(help: "More of it.")
    var description: String?

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).addProjectTask(
        .with {
          $0.projectID = id
          $0.title = title
          $0.description = description
        })
      try session.row(answer, .tasks)
    }
  }

  struct Done: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Says that a task is completed.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the task.")
    var task: String

    func run(_ session: AdminSession) async throws { try await AdminProjectTasks.setStatus("completed", task, session) }
  }

  struct Reopen: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Says that a task is pending again.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the task.")
    var task: String

    func run(_ session: AdminSession) async throws { try await AdminProjectTasks.setStatus("pending", task, session) }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a task of a project.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var part: AdminPart

    func run(_ session: AdminSession) async throws {
      try await part.delete(.tasks, list: "projects tasks list", confirmation, session) {
        try await AdminProjectTasks.page(session, $0, nil, $1, $2)
      } delete: { id in
        try await CSAAdminV1.ProjectAdminServiceClient(session.client).deleteProjectTask(.with { $0.taskID = id })
      }
    }
  }

  private static func setStatus(_ status: String, _ task: String, _ session: AdminSession) async throws {
    let id = try AdminID.object(task, of: "task", list: "projects tasks list PROJECT")
    let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).setProjectTaskStatus(
      .with {
        $0.taskID = id
        $0.status = status
      })
    try session.row(answer, .tasks)
  }

  private static func page(
    _ session: AdminSession, _ project: String, _ status: String?, _ skip: Int64, _ limit: Int32
  ) async throws -> AdminSession.Page<CSAv1.ProjectTask> {
    let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).listProjectTasks(
      .with {
        $0.projectID = project
        $0.skip = skip
        $0.limit = limit
        $0.status = status
      })
    return (answer.total, answer.items)
  }
}
