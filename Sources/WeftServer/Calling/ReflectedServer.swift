import Protobuf
import RPC

/// What a server says of itself through reflection: v1 first, v1alpha where it knows only that.
actor ReflectedServer {
  enum Question: CustomStringConvertible {
    case services
    case file(String)
    case symbol(String)

    var description: String {
      switch self {
      case .services: "the list of services"
      case .file(let name), .symbol(let name): name
      }
    }
  }

  /// A server that cannot be asked, or that says something that is no schema.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let client: RPCClient
  private let options: CallOptions
  private var files: [String: FileDescriptor] = [:]

  init(_ client: RPCClient, options: CallOptions) {
    self.client = client
    self.options = options
  }

  /// Full names of the services, sorted.
  func services() async throws -> [String] {
    guard case .names(let names) = try await ask(.services) else {
      throw Failure(description: "the server answered something else than services")
    }
    return names.sorted()
  }

  /// The file that declares a service, message, enum, method or field.
  func file(declaring symbol: String) async throws -> FileDescriptor {
    try await load(.symbol(symbol))
  }

  /// - Throws: `Failure` if the server has no such service.
  func service(_ name: String) async throws -> ServiceSchema {
    let file = try await file(declaring: name)
    guard let service = file.services.first(where: { $0.fullName == name }) else { throw Failure(description: "\(name) is not a service") }
    return service
  }

  /// - Parameter above: The files that wait for this one: a server whose files import each other must not keep us asking for ever.
  private func load(_ question: Question, above: [String] = []) async throws -> FileDescriptor {
    guard case .files(let answers) = try await ask(question) else {
      throw Failure(description: "the server answered something else than files")
    }
    var protos: [String: (bytes: [UInt8], proto: GoogleProtobuf.FileDescriptorProto)] = [:]
    var first: String?
    for bytes in answers {
      let proto = try GoogleProtobuf.FileDescriptorProto(serializedBytes: bytes)
      first = first ?? proto.name
      protos[proto.name ?? ""] = (bytes, proto)
    }
    guard let first else { throw Failure(description: "the server answered no file") }
    return try await build(first, from: protos, above: above)
  }

  /// Dependencies first; what the server did not send along is asked for by name.
  private func build(
    _ name: String, from protos: [String: (bytes: [UInt8], proto: GoogleProtobuf.FileDescriptorProto)], above: [String]
  ) async throws -> FileDescriptor {
    if let known = files[name] { return known }
    guard !above.contains(name) else { throw Failure(description: "\(name) imports itself") }
    guard let entry = protos[name] else { return try await load(.file(name), above: above) }
    var dependencies: [FileDescriptor] = []
    for dependency in entry.proto.dependency { dependencies.append(try await build(dependency, from: protos, above: above + [name])) }
    let file = try FileDescriptor(proto: entry.bytes, dependencies: dependencies, readsRules: false)
    files[name] = file
    return file
  }

  // MARK: The two versions of the protocol

  private enum Answer {
    case names([String])
    case files([[UInt8]])
  }

  private func ask(_ question: Question) async throws -> Answer {
    do {
      return try await ask(question, by: GRPCReflectionV1.ServerReflectionMethods.serverReflectionInfo)
    } catch let error as RPCError where error.code == .unimplemented {
      return try await ask(question, by: GRPCReflectionV1Alpha.ServerReflectionMethods.serverReflectionInfo)
    }
  }

  /// Both versions have the same messages but for their package, which does not travel.
  private func ask(_ question: Question, by method: MethodDescriptor) async throws -> Answer {
    let call: BidirectionalCall<GRPCReflectionV1.ServerReflectionRequest, GRPCReflectionV1.ServerReflectionResponse> =
      try await client.bidirectional(method, options: options)
    var request = GRPCReflectionV1.ServerReflectionRequest()
    switch question {
    case .services: request.messageRequest = .listServices("*")
    case .file(let name): request.messageRequest = .fileByFilename(name)
    case .symbol(let name): request.messageRequest = .fileContainingSymbol(name)
    }
    try await call.write(request)
    call.finishWriting()
    switch try await call.next()?.messageResponse {
    case .listServicesResponse(let list)?: return .names(list.service.map(\.name))
    case .fileDescriptorResponse(let answer)?: return .files(answer.fileDescriptorProto)
    case .errorResponse(let error)?: throw Failure(description: "\(question): \(error.errorMessage)")
    default: throw Failure(description: "the server's reflection gave no answer")
    }
  }
}
