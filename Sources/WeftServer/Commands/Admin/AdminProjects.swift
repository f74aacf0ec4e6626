import ArgumentParser
import CustomerServiceAPI

/// `weft admin projects …`: everybody's projects with their files, links and tasks.
struct AdminProjects: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "projects", abstract: "Everybody's projects: list, show, create, update, delete; their files, links and tasks.",
    subcommands: [
      List.self, Show.self, Create.self, Update.self, Delete.self, AdminProjectFiles.self, AdminProjectLinks.self, AdminProjectTasks.self,
    ])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Projects, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those of the user with this address.")
    var owner: String?

    func run(_ session: AdminSession) async throws {
      let projects = CSAAdminV1.ProjectAdminServiceClient(session.client)
      try await session.list(.projects, page) { skip, limit in
        let answer = try await projects.listProjects(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.ownerEmail = owner
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Show: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "One project with its overview.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the project.")
    var project: String

    func run(_ session: AdminSession) async throws { try session.show(try await AdminProjects.find(project, session), .projects) }
  }

  struct Create: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes a project for a user; --file has its overview, in Markdown.")
    @OptionGroup var server: AdminServer
    @OptionGroup var source: AdminText
    @Option(help: "Address of the user it is for.")
    var owner: String
    @Option(help: "Its name.")
    var name: String
    @Option(help: "What it is, in a few words.")
    var description: String?

    func run(_ session: AdminSession) async throws {
      let overview = try source.text("the overview", isOptional: true) ?? ""
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).createProject(
        .with {
          $0.ownerEmail = owner
          $0.name = name
          $0.description = description
          $0.overviewMarkdown = overview
        })
      try session.row(answer, .projects)
    }
  }

  struct Update: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Changes a project: what is not named stays; an empty description is none.")
    @OptionGroup var server: AdminServer
    @OptionGroup var source: AdminText
    @Option(help: "Its new name.")
    var name: String?
    @Option(help: "What it is, in a few words.")
    var description: String?
    @Argument(help: "Id of the project.")
    var project: String

    mutating func validate() throws {
      guard name != nil || description != nil || source.file != nil else {
        throw ValidationError("say what to change: --name, --description, --file")
      }
    }

    func run(_ session: AdminSession) async throws {
      let overview = try source.text("the overview", isOptional: true)
      let id = try AdminProjects.id(project)
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).updateProject(
        .with {
          $0.projectID = id
          $0.name = name
          $0.description = description
          $0.overviewMarkdown = overview
        })
      try session.row(answer, .projects)
    }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a project with its files, links and tasks.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @Argument(help: "Id of the project.")
    var project: String

    func run(_ session: AdminSession) async throws {
      let found = try await AdminProjects.find(project, session)
      try confirmation.ask("Delete this project with its files, links and tasks", [found], .projects, session)
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).deleteProject(.with { $0.projectID = found.id })
      try session.done(answer, "deleted project \(found.id)")
    }
  }

  static func id(_ text: String) throws -> String { try AdminID.object(text, of: "project", list: "projects list") }

  private static func find(_ text: String, _ session: AdminSession) async throws -> CSAv1.Project {
    let id = try id(text)
    return try await CSAAdminV1.ProjectAdminServiceClient(session.client).getProject(.with { $0.projectID = id })
  }
}
