import ArgumentParser
import CoWritingAPI
import RPC

/// `weft admin cowriting prompt-templates …`: templates of prompts.
struct AdminGenerationTemplates: AdminTemplates {
  static let name = "prompt-templates"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Templates of prompts: list, add, enable, disable.",
    subcommands: [List.self, Add.self, EnableTemplate<Self>.self, DisableTemplate<Self>.self])

  struct List: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Templates, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those of this category.")
    var category: String?
    @OptionGroup var use: TemplateUse

    func run(_ session: AdminSession) async throws {
      let templates = CoWritingV1.GenerationServiceClient(session.client)
      try await session.list(.generationTemplates, page) { skip, limit in
        try await AdminTemplateArguments.page(skip, limit) { number in
          let answer = try await templates.listGenerationTemplates(
            .with {
              $0.page = number
              $0.size = limit
              $0.category = category
              $0.isActive = use.isActive
            })
          return (answer.total, answer.items)
        }
      }
    }
  }

  struct Add: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a template; {name} in its prompt is a placeholder.")
    @OptionGroup var server: AdminServer
    @Option(help: "Its name.")
    var name: String
    @Option(help: "The prompt, such as \"请生成{document_type}的{section}部分\".")
    var prompt: String
    @Option(help: "What it belongs to.")
    var category: String?
    @Option(help: "What it is for.")
    var description: String?
    @Option(help: "What is passed on to the model, as a JSON object such as {\"temperature\":0.6}.")
    var config: String?

    func run(_ session: AdminSession) async throws {
      let config = try AdminTemplateArguments.object(config, option: "--config")
      let answer = try await CoWritingV1.GenerationServiceClient(session.client).createGenerationTemplate(
        .with {
          $0.name = name
          $0.promptTemplate = prompt
          $0.category = category
          $0.description = description
          $0.config = config
        })
      try session.done(answer, "added template \(answer.id)")
    }
  }

  static func setActive(_ id: Int64, _ isActive: Bool, _ session: AdminSession) async throws {
    let answer = try await CoWritingV1.GenerationServiceClient(session.client).setGenerationTemplateActive(
      .with {
        $0.templateID = id
        $0.isActive = isActive
      })
    try session.row(answer, .generationTemplates)
  }
}
