import ArgumentParser
import CoWritingAPI
import RPC

/// `weft admin cowriting export-templates …`: templates of exports.
struct AdminExportTemplates: AdminTemplates {
  static let name = "export-templates"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Templates of exports: list, add, enable, disable.",
    subcommands: [List.self, Add.self, EnableTemplate<Self>.self, DisableTemplate<Self>.self])

  struct List: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Templates, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those for this format.", completion: .list(["pdf", "word", "markdown", "html"]))
    var format: String?
    @OptionGroup var use: TemplateUse

    func run(_ session: AdminSession) async throws {
      let templates = CoWritingV1.ExportServiceClient(session.client)
      try await session.list(.exportTemplates, page) { skip, limit in
        try await AdminTemplateArguments.page(skip, limit) { number in
          let answer = try await templates.listExportTemplates(
            .with {
              $0.page = number
              $0.size = limit
              $0.format = format
              $0.isActive = use.isActive
            })
          return (answer.total, answer.items)
        }
      }
    }
  }

  struct Add: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a template.")
    @OptionGroup var server: AdminServer
    @Option(help: "Its name.")
    var name: String
    @Option(help: "For which format: pdf, word, markdown or html.", completion: .list(["pdf", "word", "markdown", "html"]))
    var format: String
    @Option(help: "What it is for.")
    var description: String?
    @Option(help: "What it sets, as a JSON object such as {\"include_page_numbers\":true}.")
    var options: String?
    @Flag(name: .customLong("default"), help: "Makes it the default of its format, for whoever offers templates.")
    var isDefault = false

    func run(_ session: AdminSession) async throws {
      let options = try AdminTemplateArguments.object(options, option: "--options")
      let answer = try await CoWritingV1.ExportServiceClient(session.client).createExportTemplate(
        .with {
          $0.name = name
          $0.format = format
          $0.description = description
          $0.options = options
          $0.isDefault = isDefault
        })
      try session.done(answer, "added template \(answer.id)")
    }
  }

  static func setActive(_ id: Int64, _ isActive: Bool, _ session: AdminSession) async throws {
    let answer = try await CoWritingV1.ExportServiceClient(session.client).setExportTemplateActive(
      .with {
        $0.templateID = id
        $0.isActive = isActive
      })
    try session.row(answer, .exportTemplates)
  }
}
