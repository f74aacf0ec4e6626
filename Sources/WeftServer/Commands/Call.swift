import ArgumentParser
import Foundation
import Net
import Protobuf
import RPC

/// `weft call HOST:PORT package.Service/Method JSON`: one RPC from the shell, through server reflection. Flags have grpcurl's names.
struct Call: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Call an RPC of a running server, or look around in it.",
    discussion: """
      weft call 127.0.0.1:50051 list                              the services
      weft call 127.0.0.1:50051 list csa.v1.TicketService         its RPCs
      weft call 127.0.0.1:50051 describe csa.v1.Ticket            a message, service, RPC or enum
      weft call 127.0.0.1:50051 csa.v1.AuthService/Login '{"email": "a@example.com", "password": "…"}'
      weft call -H 'authorization: Bearer …' 127.0.0.1:50051 csa.v1.TicketService/ListTickets

      The request is JSON behind the RPC, or -d JSON, or standard input for @. An RPC that takes a stream of requests gets as many as \
      there are JSON values, one after another; those of standard input are sent as they come.

      The exit status is 0; 64 + the gRPC status code of a call that failed (66 UNKNOWN, 69 NOT_FOUND, 78 UNAVAILABLE, 80 UNAUTHENTICATED …); \
      1 where no call was made; 64 for a mistake in the arguments.
      """)

  @Option(name: [.customShort("H"), .customLong("header")], help: "Metadata of call and reflection, \"name: value\"; as often as needed.")
  var headers: [String] = []
  @Option(name: .both("rpc-header"), help: "Metadata of the call alone.")
  var rpcHeaders: [String] = []
  @Option(name: .both("reflect-header"), help: "Metadata of reflection alone.")
  var reflectHeaders: [String] = []
  @Flag(name: .both("expand-headers"), help: "Put environment variables in for ${NAME} in headers.")
  var expandHeaders = false
  @Option(name: [.customShort("d"), .customLong("data")], help: "The request as JSON; @ reads standard input.")
  var data: String?
  @OptionGroup var security: Security
  @Option(name: .both("max-time"), help: "Seconds after which the call is given up (default: 30; none for streams).")
  var seconds: Double?
  @Flag(name: .both("emit-defaults"), help: "Print every field, also those that are unset, as the REST face does.")
  var emitDefaults = false
  @Flag(name: .shortAndLong, help: "Print the metadata of the answer on standard error.")
  var verbose = false
  @Argument(help: "The server, HOST:PORT.")
  var server: String
  @Argument(help: "package.Service/Method, or list, or describe.")
  var what: String
  @Argument(help: "The request as JSON, or what to list or describe.")
  var argument: String?

  /// Whom to believe, and as whom to come.
  struct Security: ParsableArguments {
    @Flag(name: .both("tls"), help: "Use TLS and check the server's certificate.")
    var isSecure = false
    @Flag(name: .both("plaintext"), help: "Use no TLS: the default.")
    var isPlain = false
    @Option(
      name: [.customLong("ca"), .customLong("cacert"), .customLong("cacert", withSingleDash: true)],
      help: "PEM file of the authorities to trust instead of the system's; implies TLS.")
    var authorities: String?
    @Option(name: .both("cert"), help: "PEM file of the certificate to show to the server; implies TLS.")
    var certificate: String?
    @Option(name: .both("key"), help: "PEM file of its private key.")
    var key: String?

    mutating func validate() throws {
      guard (certificate == nil) == (key == nil) else { throw ValidationError("--cert and --key take two PEM files, and go together") }
      guard !isPlain || !wantsTLS else { throw ValidationError("--plaintext goes with none of --tls, --cacert, --cert and --key") }
    }

    var wantsTLS: Bool { isSecure || authorities != nil || certificate != nil }

    /// - Throws: `NetError.tls`, naming the file that cannot be used.
    func context() throws -> TLSContext? {
      guard wantsTLS else { return nil }
      return try TLSContext(client: .init(authorityFile: authorities, certificateFile: certificate, keyFile: key))
    }
  }

  mutating func validate() throws {
    if let seconds, !(seconds > 0 && seconds <= 86_400) {
      throw ValidationError("--max-time takes seconds, more than 0 and at most 86400")
    }
    guard HostAndPort(server) != nil else { throw ValidationError("\(server) is not HOST:PORT") }
    guard data == nil || (argument == nil && what != "list" && what != "describe") else {
      throw ValidationError("-d is the request of an RPC, which is given once")
    }
    for given in [headers, rpcHeaders, reflectHeaders] {
      do { _ = try metadata(given) } catch { throw ValidationError("\(error)") }
    }
  }

  func run() async throws {
    guard let target = HostAndPort(server) else { return }
    let loops = EventLoopGroup(count: 1)
    do {
      var configuration = RPCClient.Configuration()
      configuration.tls = try security.context()
      let client = RPCClient(host: target.host, port: target.port, loops: loops, configuration: configuration)
      defer { client.close() }
      let options = CallOptions(timeout: .seconds(seconds ?? 30), metadata: try metadata(headers + reflectHeaders))
      let reflected = ReflectedServer(client, options: options)
      switch what {
      case "list": try await list(reflected)
      case "describe": try await describe(reflected)
      default: try await call(reflected, client, loops.next())
      }
    } catch let error as RPCError {
      Terminal.error("\(error.code): \(error.message)" + (error.reason.map { " (\($0))" } ?? ""))
      throw ExitCode(64 + Int32(error.code.rawValue))
    } catch let error as ValidationError {
      throw error
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  private func metadata(_ headers: [String]) throws(MetadataArguments.Mistake) -> Metadata {
    try MetadataArguments(headers, environment: expandHeaders ? ProcessInfo.processInfo.environment : nil).metadata
  }

  private func list(_ reflected: ReflectedServer) async throws {
    if let argument {
      let service = try await reflected.service(argument)
      for method in service.methods { print("\(service.fullName)/\(method.name)") }
    } else {
      for service in try await reflected.services() { print(service) }
    }
  }

  private func describe(_ reflected: ReflectedServer) async throws {
    guard let argument else {
      for name in try await reflected.services() { print(SymbolDescription.text(of: try await reflected.service(name))) }
      return
    }
    let symbol = argument.hasPrefix(".") ? String(argument.dropFirst()) : argument
    let file = try await reflected.file(declaring: symbol.replacingOccurrences(of: "/", with: "."))
    guard let text = SymbolDescription.text(of: symbol, in: file) else {
      throw ReflectedServer.Failure(description: "\(symbol) is in \(file.name), but neither a service, RPC, message nor enum")
    }
    print(text)
  }

  private func call(_ reflected: ReflectedServer, _ client: RPCClient, _ loop: EventLoop) async throws {
    let parts = what.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    guard parts.count == 2 else { throw ValidationError("\(what) is neither package.Service/Method nor list nor describe") }
    let service = try await reflected.service(parts[0])
    guard let method = service.method(name: parts[1]) else {
      throw ReflectedServer.Failure(
        description: "\(parts[0]) has no RPC \(parts[1]); it has \(service.methods.map(\.name).joined(separator: ", "))")
    }
    let isStream = method.clientStreaming || method.serverStreaming
    let options = CallOptions(
      timeout: seconds.map { .seconds($0) } ?? (isStream ? nil : .seconds(30)), metadata: try metadata(headers + rpcHeaders),
      replyBytesMax: Int(Int32.max))
    let text = data ?? argument
    let call = ReflectedCall(method, client: client, options: options, isVerbose: verbose, emitsDefaults: emitDefaults)
    try await call.run(try RequestSource(text == "@" || text == "-" ? nil : text ?? ""), on: loop)
  }
}

extension NameSpecification {
  /// `--name`, and `-name` as grpcurl has it.
  fileprivate static func both(_ name: String) -> NameSpecification {
    [.customLong(name), .customLong(name, withSingleDash: true)]
  }
}
