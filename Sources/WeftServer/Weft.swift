import ArgumentParser

/// `weft`: the whole system in one program.
struct Weft: AsyncParsableCommand {
  static let version = "0.1.0"
  static let configuration = CommandConfiguration(
    commandName: "weft",
    abstract: "Documented REST and gRPC services from one process.",
    version: "weft " + version,
    subcommands: [Serve.self, Worker.self, Gateway.self, Call.self, Admin.self, Migrate.self, BackupCommand.self, Restore.self])
}
