import Protobuf

/// Every file behind a set of services, found by name, by symbol and by extension.
struct ReflectionIndex: Sendable {
  private struct ExtensionKey: Hashable {
    var type: String
    var number: Int32
  }

  private let serviceNames: [String]
  private var files: [String: FileDescriptor] = [:]
  private var symbols: [String: FileDescriptor] = [:]
  private var extensions: [ExtensionKey: FileDescriptor] = [:]

  init(_ services: [ServiceSchema]) {
    serviceNames = services.map(\.fullName).sorted()
    for service in services { add(service.file) }
  }

  // MARK: Collecting

  private mutating func add(_ file: FileDescriptor) {
    guard files[file.name] == nil else { return }
    files[file.name] = file
    for dependency in file.dependencies { add(dependency) }
    let proto = file.proto
    let scope = proto.package ?? ""
    for message in proto.messageType { add(message, in: scope, file) }
    for enumeration in proto.enumType { add(enumeration, in: scope, file) }
    for field in proto.extension { addExtension(field, in: scope, file) }
    for service in proto.service {
      let name = Self.join(scope, service.name ?? "")
      symbols[name] = file
      for method in service.method { symbols[Self.join(name, method.name ?? "")] = file }
    }
  }

  private mutating func add(_ message: GoogleProtobuf.DescriptorProto, in scope: String, _ file: FileDescriptor) {
    let name = Self.join(scope, message.name ?? "")
    symbols[name] = file
    for field in message.field { symbols[Self.join(name, field.name ?? "")] = file }
    for oneof in message.oneofDecl { symbols[Self.join(name, oneof.name ?? "")] = file }
    for nested in message.nestedType { add(nested, in: name, file) }
    for enumeration in message.enumType { add(enumeration, in: name, file) }
    for field in message.extension { addExtension(field, in: name, file) }
  }

  /// Values of an enum are siblings of the enum, as in C++; tools also ask for them below it.
  private mutating func add(_ enumeration: GoogleProtobuf.EnumDescriptorProto, in scope: String, _ file: FileDescriptor) {
    let name = Self.join(scope, enumeration.name ?? "")
    symbols[name] = file
    for value in enumeration.value {
      symbols[Self.join(scope, value.name ?? "")] = file
      symbols[Self.join(name, value.name ?? "")] = file
    }
  }

  private mutating func addExtension(_ field: GoogleProtobuf.FieldDescriptorProto, in scope: String, _ file: FileDescriptor) {
    symbols[Self.join(scope, field.name ?? "")] = file
    let type = field.extendee ?? ""
    extensions[ExtensionKey(type: type.hasPrefix(".") ? String(type.dropFirst()) : type, number: field.number ?? 0)] = file
  }

  private static func join(_ scope: String, _ name: String) -> String {
    scope.isEmpty ? name : scope + "." + name
  }

  // MARK: Answering

  /// The answer to one request of a stream.
  ///
  /// - Parameter sent: Names of the files that went out on this stream; they are not sent again as dependencies.
  func answer(
    _ request: GRPCReflectionV1.ServerReflectionRequest, sent: inout Set<String>
  ) -> GRPCReflectionV1.ServerReflectionResponse {
    .with {
      $0.validHost = request.host
      $0.originalRequest = request
      $0.messageResponse = response(request, &sent)
    }
  }

  private func response(
    _ request: GRPCReflectionV1.ServerReflectionRequest, _ sent: inout Set<String>
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    switch request.messageRequest {
    case .fileByFilename(let name):
      return descriptors(files[name], "file \(name)", &sent)
    case .fileContainingSymbol(let symbol):
      return descriptors(symbols[symbol.hasPrefix(".") ? String(symbol.dropFirst()) : symbol], "symbol \(symbol)", &sent)
    case .fileContainingExtension(let wanted):
      let key = ExtensionKey(type: wanted.containingType, number: wanted.extensionNumber)
      return descriptors(extensions[key], "extension \(wanted.extensionNumber) of \(wanted.containingType)", &sent)
    case .allExtensionNumbersOfType(let type):
      guard symbols[type] != nil else { return Self.error(.notFound, "type \(type) not found") }
      return .allExtensionNumbersResponse(
        .with {
          $0.baseTypeName = type
          $0.extensionNumber = extensions.keys.filter { $0.type == type }.map(\.number).sorted()
        })
    case .listServices:
      return .listServicesResponse(.with { $0.service = serviceNames.map { name in .with { $0.name = name } } })
    case nil:
      return Self.error(.invalidArgument, "the request asks for nothing")
    }
  }

  /// The file and what it imports, itself first, as most tools expect to need no second question.
  private func descriptors(
    _ file: FileDescriptor?, _ what: String, _ sent: inout Set<String>
  ) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    guard let file else { return Self.error(.notFound, "\(what) not found") }
    sent.insert(file.name)
    var bytes = [file.bytes]
    var open = file.dependencies
    while let next = open.popLast() {
      guard sent.insert(next.name).inserted else { continue }
      bytes.append(next.bytes)
      open.append(contentsOf: next.dependencies)
    }
    return .fileDescriptorResponse(.with { $0.fileDescriptorProto = bytes })
  }

  private static func error(_ code: StatusCode, _ message: String) -> GRPCReflectionV1.ServerReflectionResponse.MessageResponse {
    .errorResponse(
      .with {
        $0.errorCode = Int32(code.rawValue)
        $0.errorMessage = message
      })
  }
}
