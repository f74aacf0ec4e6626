import Gateway
import Glibc
import HTTP
import Logging
import Net
import RPC

/// The server that Weft is measured with: echo RPCs and a few REST endpoints through the whole stack, with nothing behind it.
///
///     weft-bench --grpc HOST:PORT --http HOST:PORT [--loops N]
///
/// Either listener may be left out.
@main
enum WeftBench {
  static func main() {
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      let servers = try serve(options)
      withExtendedLifetime(servers) {
        while true { pause() }
      }
    } catch {
      say("weft-bench: \(error)")
      exit(1)
    }
  }

  struct Options {
    var grpc: SocketAddress?
    var http: SocketAddress?
    var loops = 1

    init(_ arguments: [String]) throws {
      var rest = arguments[...]
      while let name = rest.popFirst() {
        guard let value = rest.popFirst() else { throw UsageError(text: "\(name) needs a value") }
        switch name {
        case "--grpc": grpc = try SocketAddress(value)
        case "--http": http = try SocketAddress(value)
        case "--loops":
          guard let count = Int(value), count > 0 else { throw UsageError(text: "--loops takes a number from 1") }
          loops = count
        default: throw UsageError(text: "unknown option \(name); usage: weft-bench --grpc HOST:PORT --http HOST:PORT [--loops N]")
        }
      }
    }
  }

  struct UsageError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  static func serve(_ options: Options) throws -> [HTTPServer] {
    let group = EventLoopGroup(count: options.loops)
    var logger = Logger(label: "weft-bench") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    let rpc = RPCServer(services: [EchoService(), ItemService(), FileService()], logger: logger)
    var servers: [HTTPServer] = []
    if let address = options.grpc {
      servers.append(try listen(rpc, "grpc", address, group))
    }
    if let address = options.http {
      let gateway = try RESTGateway(
        methods: rpc.methods, invoker: InProcessInvoker(rpc), pages: DocumentationPages(), isReady: { true })
      servers.append(try listen(gateway, "http", address, group))
    }
    return servers
  }

  private static func listen(
    _ handler: any HTTPHandler, _ name: String, _ address: SocketAddress, _ group: EventLoopGroup
  ) throws -> HTTPServer {
    let server = HTTPServer(group: group, handler: handler, limits: HTTPLimits(), tls: nil)
    let actual = try server.bind(address)
    say("weft-bench: \(name) listening on \(actual)")
    return server
  }
}

/// One line on standard error.
private func say(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
