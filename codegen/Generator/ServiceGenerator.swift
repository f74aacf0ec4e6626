import Protobuf

/// Writes a service: the protocol that a server implements, the descriptors of its RPCs, and a client.
struct ServiceGenerator {
  private let service: GoogleProtobuf.ServiceDescriptorProto
  private let index: Int
  private let file: FileNode
  private let access: String
  private let methods: [Method]

  /// An RPC with its names in Swift.
  private struct Method {
    let proto: GoogleProtobuf.MethodDescriptorProto
    let name: String
    let request: String
    let reply: String
    let comment: String

    var kind: String {
      switch (proto.clientStreaming == true, proto.serverStreaming == true) {
      case (false, false): "unary"
      case (true, false): "clientStreaming"
      case (false, true): "serverStreaming"
      case (true, true): "bidirectional"
      }
    }
  }

  init(_ index: Int, in file: FileNode, registry: Registry, access: String) throws(GeneratorError) {
    self.index = index
    self.file = file
    self.access = access
    service = file.proto.service[index]
    var methods: [Method] = []
    for (position, proto) in service.method.enumerated() {
      let path: [Int32] = [6, Int32(index), 2, Int32(position)]
      guard let request = registry.messages[proto.inputType ?? ""], let reply = registry.messages[proto.outputType ?? ""] else {
        throw file.error(path, "a type of \(proto.name ?? "") is not in the request")
      }
      methods.append(
        Method(
          proto: proto, name: SwiftNames.method(proto.name ?? ""), request: request.swiftName, reply: reply.swiftName,
          comment: file.sources.comment(path)))
    }
    self.methods = methods
  }

  private var name: String { SwiftNames.upperCamel(service.name ?? "") }
  private var schema: String { "\(file.namespace).\(file.property).services[\(index)]" }
  private var descriptors: String { "\(file.namespace).\(name)Methods" }
  private var fullName: String { file.package.isEmpty ? service.name ?? "" : "\(file.package).\(service.name ?? "")" }

  /// The parts that go into the namespace.
  func definition(_ printer: inout SourcePrinter) {
    server(&printer)
    printer.line()
    printer.documentation("The RPCs of `\(fullName)`.")
    printer.block("\(access) enum \(name)Methods") { printer in
      for (position, method) in methods.enumerated() {
        printer.documentation(method.comment)
        printer.line(
          "\(access) static let \(SwiftNames.escaped(method.name)) = RPC.MethodDescriptor(\(schema), method: \(position))")
      }
    }
    printer.line()
    client(&printer)
  }

  private func server(_ printer: inout SourcePrinter) {
    printer.documentation(file.sources.comment([6, Int32(index)]))
    printer.block("\(access) protocol \(name)Server: RPC.RPCService") { printer in
      for method in methods {
        printer.documentation(method.comment)
        let name = SwiftNames.escaped(method.name)
        let requests = "RPC.RequestStream<\(method.request)>"
        let replies = "RPC.ResponseStream<\(method.reply)>"
        switch method.kind {
        case "unary":
          printer.line("func \(name)(_ request: \(method.request), _ call: RPC.ServerCall) async throws -> \(method.reply)")
        case "clientStreaming":
          printer.line("func \(name)(_ requests: \(requests), _ call: RPC.ServerCall) async throws -> \(method.reply)")
        case "serverStreaming":
          printer.line("func \(name)(_ request: \(method.request), _ responses: \(replies), _ call: RPC.ServerCall) async throws")
        default:
          printer.line("func \(name)(_ requests: \(requests), _ responses: \(replies), _ call: RPC.ServerCall) async throws")
        }
      }
    }
  }

  private func client(_ printer: inout SourcePrinter) {
    printer.documentation("Calls `\(fullName)`.")
    printer.block("\(access) struct \(name)Client: Swift.Sendable") { printer in
      printer.line("private let client: RPC.RPCClient")
      printer.line("\(access) init(_ client: RPC.RPCClient) { self.client = client }")
      for method in methods {
        printer.line()
        printer.documentation(method.comment)
        let name = SwiftNames.escaped(method.name)
        let request = method.proto.clientStreaming == true ? "" : "_ request: \(method.request), "
        let reply =
          switch method.kind {
          case "unary": method.reply
          case "clientStreaming": "RPC.ClientStreamingCall<\(method.request), \(method.reply)>"
          case "serverStreaming": "RPC.ServerStreamingCall<\(method.reply)>"
          default: "RPC.BidirectionalCall<\(method.request), \(method.reply)>"
          }
        printer.block("\(access) func \(name)(\(request)options: RPC.CallOptions = .init()) async throws(RPC.RPCError) -> \(reply)") {
          printer in
          let argument = method.proto.clientStreaming == true ? "" : "request, "
          printer.line("try await self.client.\(method.kind)(\(descriptors).\(name), \(argument)options: options)")
        }
      }
    }
  }

  /// The extension that makes an implementation servable, outside the namespace.
  func conformance(_ printer: inout SourcePrinter) {
    printer.block("extension \(file.namespace).\(name)Server") { printer in
      printer.line("\(access) static var serviceSchema: Protobuf.ServiceSchema { \(schema) }")
      printer.block("\(access) var methods: [RPC.ServerMethod]") { printer in
        guard !methods.isEmpty else {
          printer.line("[]")
          return
        }
        printer.line("[")
        printer.indented { printer in
          for method in methods {
            let name = SwiftNames.escaped(method.name)
            let arguments = method.proto.serverStreaming == true ? "$0, $1, $2" : "$0, $1"
            printer.line(".\(method.kind)(\(descriptors).\(name)) { try await self.\(name)(\(arguments)) },")
          }
        }
        printer.line("]")
      }
    }
  }
}
