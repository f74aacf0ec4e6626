import ArgumentParser
import CustomerServiceAPI

/// `weft admin projects files …`: what is filed in a project.
struct AdminProjectFiles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "files", abstract: "Files of a project: list, add, link, delete.",
    subcommands: [List.self, Add.self, Link.self, Delete.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Files, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Argument(help: "Id of the project.")
    var project: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      try await session.list(.files, page, pageMax: 500) { try await AdminProjectFiles.page(session, id, $0, $1) }
    }
  }

  struct Add: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts a file into a project, at most 100 MiB.", discussion: "It is read and sent in pieces; - is standard input.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the project.")
    var project: String
    @Argument(help: "The file.", completion: .file())
    var path: String
    @Option(help: "What it is called in the project (default: its own name).")
    var name: String?
    @Option(name: .customLong("content-type"), help: "Its media type (default: what name and contents say).")
    var contentType: String?
    @Option(help: "What it is filed under.")
    var tag: String?

    mutating func validate() throws {
      guard path != "-" || name != nil else { throw ValidationError("standard input has no name: say --name") }
    }

    func run(_ session: AdminSession) async throws {
      let id = try AdminProjects.id(project)
      var head = CSAAdminV1.UploadProjectFileRequest()
      head.projectID = id
      head.contentType = contentType ?? ""
      head.tag = tag
      try session.row(try await AdminUpload(path, name: name).projectFile(head, session), .files)
    }
  }

  struct Link: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "A link under which anybody can fetch a file for an hour.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the file.")
    var file: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminID.object(file, of: "file", list: "projects files list PROJECT")
      let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).createProjectFileDownloadUrl(.with { $0.fileID = id })
      try session.show(answer) { $0.downloadURL }
    }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a file of a project.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var part: AdminPart

    func run(_ session: AdminSession) async throws {
      try await part.delete(.files, list: "projects files list", confirmation, session) {
        try await AdminProjectFiles.page(session, $0, $1, $2)
      } delete: { id in
        try await CSAAdminV1.ProjectAdminServiceClient(session.client).deleteProjectFile(.with { $0.fileID = id })
      }
    }
  }

  private static func page(
    _ session: AdminSession, _ project: String, _ skip: Int64, _ limit: Int32
  ) async throws -> AdminSession.Page<CSAv1.ProjectFile> {
    let answer = try await CSAAdminV1.ProjectAdminServiceClient(session.client).listProjectFiles(
      .with {
        $0.projectID = project
        $0.skip = skip
        $0.limit = limit
      })
    return (answer.total, answer.items)
  }
}
