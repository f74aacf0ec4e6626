import ArgumentParser

/// `weft`: the whole system in one program.
struct Weft: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weft",
    abstract: "Documented REST and gRPC services from one process.",
    version: "weft 0.1.0",
    subcommands: [Serve.self, Gateway.self, Call.self, Admin.self, Migrate.self])
}
