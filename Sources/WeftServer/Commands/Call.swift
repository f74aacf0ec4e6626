import ArgumentParser
import Foundation
import Net
import Protobuf
import RPC

/// `weft call HOST:PORT package.Service/Method JSON`: one RPC from the shell, through server reflection.
struct Call: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Call an RPC of a running server, or look around in it.",
    discussion: """
      weft call 127.0.0.1:50051 list                              the services
      weft call 127.0.0.1:50051 list csa.v1.TicketService         its RPCs
      weft call 127.0.0.1:50051 describe csa.v1.Ticket            a message, service, RPC or enum
      weft call 127.0.0.1:50051 csa.v1.AuthService/Login '{"email": "a@example.com", "password": "…"}'
      weft call -H 'authorization: Bearer …' 127.0.0.1:50051 csa.v1.TicketService/ListTickets '{}'

      The request is read from standard input where JSON is @. The exit status is 0, or 64 + the gRPC status code.
      """)

  @Option(name: [.customShort("H"), .customLong("header")], help: "Metadata of the call, \"name: value\"; as often as needed.")
  var headers: [String] = []
  @Flag(help: "Use TLS and check the server's certificate.")
  var tls = false
  @Option(help: "PEM file of the authorities to trust instead of the system's.")
  var ca: String?
  @Option(name: .customLong("max-time"), help: "Seconds after which the call is given up.")
  var seconds: Double = 30
  @Flag(name: .customLong("emit-defaults"), help: "Also print fields that are unset.")
  var emitDefaults = false
  @Argument(help: "The server, HOST:PORT.")
  var server: String
  @Argument(help: "package.Service/Method, or list, or describe.")
  var what: String
  @Argument(help: "The request as JSON (default {}), or what to list or describe.")
  var argument: String?

  mutating func validate() throws {
    guard seconds > 0, seconds <= 86_400 else { throw ValidationError("--max-time takes seconds, more than 0 and at most 86400") }
    guard HostAndPort(server) != nil else { throw ValidationError("\(server) is not HOST:PORT") }
    for header in headers where Self.field(header) == nil {
      throw ValidationError("-H takes \"name: value\", with base64 for a name that ends in -bin; got \"\(header)\"")
    }
  }

  func run() async throws {
    guard let target = HostAndPort(server) else { return }
    let loops = EventLoopGroup(count: 1)
    var configuration = RPCClient.Configuration()
    if tls || ca != nil { configuration.tls = try TLSContext(client: .init(authorityFile: ca)) }
    let client = RPCClient(host: target.host, port: target.port, loops: loops, configuration: configuration)
    let options = CallOptions(timeout: .seconds(seconds), metadata: metadata())
    let reflected = ReflectedServer(client, options: options)
    defer {
      client.close()
      loops.shutdown()
    }
    do {
      switch what {
      case "list": try await list(reflected)
      case "describe": try await describe(reflected)
      default: try await call(reflected, client, options, loops)
      }
    } catch let error as RPCError {
      Terminal.error("\(error.code): \(error.message)" + (error.reason.map { " (\($0))" } ?? ""))
      throw ExitCode(64 + Int32(error.code.rawValue))
    } catch let error as ReflectedServer.Failure {
      Terminal.error(error.description)
      throw ExitCode.failure
    }
  }

  private enum Field {
    case text(name: String, value: String)
    case binary(name: String, value: [UInt8])
  }

  /// What `-H` says; nil if it cannot be metadata.
  private static func field(_ header: String) -> Field? {
    let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 2, Metadata.isName(parts[0].lowercased()) else { return nil }
    let name = parts[0].lowercased()
    guard name.hasSuffix("-bin") else { return .text(name: name, value: parts[1]) }
    return Data(base64Encoded: parts[1]).map { .binary(name: name, value: [UInt8]($0)) }
  }

  private func metadata() -> Metadata {
    var metadata = Metadata()
    for header in headers {
      switch Self.field(header) {
      case .text(let name, let value)?: metadata.add(name, value)
      case .binary(let name, let value)?: metadata.add(name, binary: value)
      case nil: break  // refused by validate()
      }
    }
    return metadata
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

  private func call(_ reflected: ReflectedServer, _ client: RPCClient, _ options: CallOptions, _ loops: EventLoopGroup) async throws {
    let parts = what.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    guard parts.count == 2 else { throw ValidationError("\(what) is neither package.Service/Method nor list nor describe") }
    let service = try await reflected.service(parts[0])
    guard let index = service.methods.firstIndex(where: { $0.name == parts[1] }) else {
      throw ReflectedServer.Failure(
        description: "\(parts[0]) has no RPC \(parts[1]); it has \(service.methods.map(\.name).joined(separator: ", "))")
    }
    let method = MethodDescriptor(service, method: index)
    guard !method.schema.clientStreaming else {
      throw ReflectedServer.Failure(description: "\(what) takes a stream of requests, which this command cannot send")
    }
    let request = try wire(of: method.schema.input)
    let invoker = HTTP2Invoker(client)
    let context = InvocationContext(loop: loops.next(), peer: "", requestID: "", timeout: .seconds(seconds))
    if method.schema.serverStreaming {
      let replies = try await invoker.serverStreaming(method, request: .success(request), metadata: options.metadata, context: context)
      while let reply = try await replies.next() { try show(reply, method.schema.output) }
    } else {
      let reply = try await invoker.unary(method, request: .success(request), metadata: options.metadata, context: context)
      try show(reply.message, method.schema.output)
    }
  }

  private func wire(of schema: MessageSchema) throws -> [UInt8] {
    let text: [UInt8]
    switch argument {
    case nil: text = Array("{}".utf8)
    case "@", "-": text = [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
    case let json?: text = Array(json.utf8)
    }
    var wire: [UInt8] = []
    do {
      try text.withUnsafeBytes { bytes in
        _ = try schema.readJSON(bytes, options: JSONReadOptions(), into: &wire)
      }
    } catch {
      throw ReflectedServer.Failure(description: "the request is not a \(schema.fullName): \(error)")
    }
    return wire
  }

  private func show(_ reply: [UInt8], _ schema: MessageSchema) throws {
    var json: [UInt8] = []
    try reply.withUnsafeBytes { bytes in
      try schema.writeJSON(wire: bytes, options: emitDefaults ? .rest : .protoJSON, into: &json)
    }
    print(String(decoding: JSONLayout.indented(json), as: UTF8.self))
  }
}
