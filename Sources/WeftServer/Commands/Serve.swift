import ArgumentParser
import Foundation
import Logging

/// `weft serve`: the whole system in one process.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve gRPC and REST.",
    discussion:
      "Prints where it listens once it accepts connections. SIGTERM and SIGINT let calls in flight finish. Logs go to standard error.")

  @Option(name: .customLong("data-dir"), help: "Directory of the database and everything else that is kept; made if absent.")
  var dataDirectory: String
  @Option(help: "Where to serve REST, HOST:PORT; port 0 takes a free one (default: 127.0.0.1:8000).")
  var http: String?
  @Option(help: "Where to serve gRPC, HOST:PORT (default: 127.0.0.1:50051).")
  var grpc: String?
  @Option(name: .customLong("commit-group"), help: .hidden)
  var commitGroup: Int?
  @OptionGroup var flags: SettingFlags

  mutating func validate() throws {
    if let commitGroup, !(1...64).contains(commitGroup) { throw ValidationError("--commit-group takes 1 to 64") }
  }

  func run() async throws {
    do {
      let settings = try ServeSettings(dataDirectory: dataDirectory, http: http, grpc: grpc, source: flags.source())
      LoggingSystem.bootstrap { settings.logFormat.handler(label: $0, level: settings.logLevel) }
      let assembly = try await Assembly(settings, commitGroup: commitGroup, logger: Logger(label: "weft"))
      Terminal.line("weft: http listening on \(assembly.http)")
      Terminal.line("weft: grpc listening on \(assembly.grpc)")
      if let metrics = assembly.metrics { Terminal.line("weft: metrics listening on \(metrics)") }
      assembly.announce()
      await assembly.untilStopped()
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }
}
