import ArgumentParser

/// `weft admin cowriting KIND-templates …`: one of the two kinds of template.
protocol AdminTemplates: AsyncParsableCommand {
  /// What it is called among the commands.
  static var name: String { get }
  /// Takes a template into use or out of it, and shows it.
  static func setActive(_ id: Int64, _ isActive: Bool, _ session: AdminSession) async throws
}

/// Which templates a list shows.
struct TemplateUse: ParsableArguments {
  @Flag(help: "Only those in use.")
  var active = false
  @Flag(help: "Only those out of use.")
  var disabled = false

  /// Nil for both.
  var isActive: Bool? { active ? true : disabled ? false : nil }

  mutating func validate() throws {
    guard !(active && disabled) else { throw ValidationError("--active and --disabled contradict each other; give one") }
  }
}

struct EnableTemplate<Templates: AdminTemplates>: CoWritingAdminCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "enable", abstract: "Takes a template into use again.")
  }
  @OptionGroup var server: AdminServer
  @Argument(help: "Id of the template.")
  var template: String

  func run(_ session: AdminSession) async throws {
    try await Templates.setActive(AdminTemplateArguments.id(template, of: Templates.name), true, session)
  }
}

struct DisableTemplate<Templates: AdminTemplates>: CoWritingAdminCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "disable", abstract: "Takes a template out of use; what was made with it stays.")
  }
  @OptionGroup var server: AdminServer
  @Argument(help: "Id of the template.")
  var template: String

  func run(_ session: AdminSession) async throws {
    try await Templates.setActive(AdminTemplateArguments.id(template, of: Templates.name), false, session)
  }
}
