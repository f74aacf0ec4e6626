import ArgumentParser
import Net

/// `weft`: the whole system in one program.
struct Weft: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weft",
    abstract: "Documented REST and gRPC services from one process.",
    version: "weft 0.1.0",
    subcommands: [Serve.self, Gateway.self, Call.self, Migrate.self])
}

/// Where the process begins.
@main
enum Main {
  /// What serves takes its signals from a descriptor. They are blocked here, on the only thread there is yet, because every
  /// thread inherits the mask of the one that starts it.
  static func main() async {
    if let command = CommandLine.arguments.dropFirst().first, ["serve", "gateway"].contains(command) {
      SignalWatcher.block(StopSignals.signals)
    }
    await Weft.main()
  }
}
