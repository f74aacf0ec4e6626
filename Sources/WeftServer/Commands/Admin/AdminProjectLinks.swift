import ArgumentParser
import CustomerServiceAPI

/// `weft admin projects links …`: where a project leads.
struct AdminProjectLinks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "links", abstract: "Links of a project: list, add, delete.", subcommands: [List.self, Add.self, Delete.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Links, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Argument(help: "Id of the project.")
    var project: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      try await session.list(.links, page, pageMax: 500) { try await AdminProjectLinks.page(session, id, $0, $1) }
    }
  }

  struct Add: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Puts a link into a project.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the project.")
    var project: String
    @Argument(help: "Where it leads: http or https.")
    var url: String
    @Option(help: "What it says.")
    var title: String
    @Option(help: "What is there.")
    var description: String?

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).addProjectLink(
        .with {
          $0.projectID = id
          $0.title = title
          $0.url = url
          $0.description = description
        })
      try session.row(answer, .links)
    }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a link of a project.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var part: AdminPart

    func run(_ session: AdminSession) async throws {
      try await part.delete(.links, list: "projects links list", confirmation, session) {
        try await AdminProjectLinks.page(session, $0, $1, $2)
      } delete: { id in
        try await CSAAdminV1.ProjectAdminServiceClient(session.client).deleteProjectLink(.with { $0.linkID = id })
      }
    }
  }

  private static func page(
    _ session: AdminSession, _ project: String, _ skip: Int64, _ limit: Int32
  ) async throws -> AdminSession.Page<CSAv1.ProjectLink> {
    let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).listProjectLinks(
      .with {
        $0.projectID = project
        $0.skip = skip
        $0.limit = limit
      })
    return (answer.total, answer.items)
  }
}
