/// A service at run time.
public final class ServiceSchema: Sendable {
  public let name: String
  /// Name with package, such as "csa.v1.TicketService".
  public let fullName: String
  /// The RPCs, in the order of the `.proto`.
  public let methods: [MethodSchema]
  /// What the `.proto` says of it in options.
  public let options: GoogleProtobuf.ServiceOptions
  /// The file that declares it.
  public let file: FileDescriptor

  init(proto: GoogleProtobuf.ServiceDescriptorProto, fullName: String, methods: [MethodSchema], file: FileDescriptor) {
    self.file = file
    name = proto.name ?? ""
    self.fullName = fullName
    self.methods = methods
    options = proto.options ?? .init()
  }

  /// The RPC with the name.
  public func method(name: String) -> MethodSchema? { methods.first { $0.name == name } }
}

/// An RPC at run time.
public final class MethodSchema: Sendable {
  public let name: String
  /// Service and name, such as "csa.v1.TicketService/CreateTicket".
  public let fullName: String
  public let input: MessageSchema
  public let output: MessageSchema
  public let clientStreaming: Bool
  public let serverStreaming: Bool
  /// What the `.proto` says of it in options.
  public let options: GoogleProtobuf.MethodOptions

  init(proto: GoogleProtobuf.MethodDescriptorProto, service: String, input: MessageSchema, output: MessageSchema) {
    name = proto.name ?? ""
    fullName = "\(service)/\(name)"
    self.input = input
    self.output = output
    clientStreaming = proto.clientStreaming ?? false
    serverStreaming = proto.serverStreaming ?? false
    options = proto.options ?? .init()
  }
}
