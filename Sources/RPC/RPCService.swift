public import Protobuf

/// What a server can be given: a service of some proto file with the code that answers it.
///
/// Generated protocols (`CSAv1.TicketServiceServer`) refine it and provide both members.
public protocol RPCService: Sendable {
  /// The service as the proto file declares it.
  static var serviceSchema: ServiceSchema { get }

  /// Its RPCs, in the order of the proto file.
  var methods: [ServerMethod] { get }
}
