import Glibc
import HTTP
import Logging
import Net
import RPC

/// The published gRPC interop cases on Weft's generated stubs, as a server and as a client.
///
///     weft-interop server --port P [--tls] [--cert FILE --key FILE]
///     weft-interop client --host H --port P --case NAME [--tls] [--ca FILE]
@main
enum WeftInterop {
  static func main() async {
    do {
      let options = try InteropOptions(Array(CommandLine.arguments.dropFirst()))
      switch options.role {
      case .server:
        let server = try serve(options)
        withExtendedLifetime(server) {
          while true { pause() }
        }
      case .client: try await run(options)
      }
    } catch {
      say("weft-interop: \(error)")
      exit(1)
    }
  }

  private static func serve(_ options: InteropOptions) throws -> HTTPServer {
    var logger = Logger(label: "weft-interop") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    var services: [any RPCService] = [TestService()]
    services.append(HealthService(services))
    services += ReflectionService.services(describing: services)
    let server = HTTPServer(
      group: EventLoopGroup(count: 1), handler: RPCServer(services: services, logger: logger), limits: HTTPLimits(),
      tls: try options.serverTLS())
    let address = try server.bind(SocketAddress(host: "0.0.0.0", port: options.port))
    // Flushed by hand: whoever waits for the line reads a pipe.
    print("weft-interop: listening on \(address)")
    fflush(nil)
    return server
  }

  private static func run(_ options: InteropOptions) async throws {
    var configuration = RPCClient.Configuration()
    configuration.tls = try options.clientTLS()
    let client = RPCClient(host: options.host, port: options.port, loops: EventLoopGroup(count: 1), configuration: configuration)
    for (name, run) in InteropCases.all where options.cases.contains(name) {
      do {
        try await run(InteropCases(client))
        print("\(name): passed")
      } catch {
        print("\(name): FAILED: \(error)")
        fflush(nil)
        exit(1)
      }
    }
    client.close()
  }
}

/// One line on standard error.
private func say(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
