import ArgumentParser
import Logging

/// `weft worker`: background jobs alone, beside a `weft serve` on the same data directory.
struct Worker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run background jobs alone, beside a server on the same data directory.",
    discussion:
      "Prints that it is ready. SIGTERM and SIGINT hand back what has not ended, for another process to do. Logs go to standard error.")

  @Option(name: .customLong("data-dir"), help: "The server's data directory.")
  var dataDirectory: String
  @OptionGroup var flags: SettingFlags

  func run() async throws {
    do {
      let settings = try ServeSettings(dataDirectory: dataDirectory, http: nil, grpc: nil, source: flags.source())
      LoggingSystem.bootstrap { settings.logFormat.handler(label: $0, level: settings.logLevel) }
      let assembly = try await WorkerAssembly(settings, logger: Logger(label: "weft"))
      Terminal.line("weft: working on \(dataDirectory)")
      await assembly.untilStopped()
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }
}
