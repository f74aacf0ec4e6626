// What the generator writes for a service, by example (`bench.Echo`, all four kinds of call):
//
//   extension Bench {
//     /// <comment of the service>
//     public protocol EchoServer: RPCService {
//       /// <comment of the rpc>
//       func unary(_ request: Bench.EchoRequest, _ call: ServerCall) async throws -> Bench.EchoReply
//       func collect(_ requests: RequestStream<Bench.EchoRequest>, _ call: ServerCall) async throws -> Bench.EchoReply
//       func expand(_ request: Bench.EchoRequest, _ responses: ResponseStream<Bench.EchoReply>, _ call: ServerCall) async throws
//       func update(
//         _ requests: RequestStream<Bench.EchoRequest>, _ responses: ResponseStream<Bench.EchoReply>, _ call: ServerCall
//       ) async throws
//     }
//
//     /// The RPCs of `bench.Echo`.
//     public enum EchoMethods {
//       public static let unary = MethodDescriptor(<file>.services[0], method: 0)
//       public static let collect = MethodDescriptor(<file>.services[0], method: 1)
//       public static let expand = MethodDescriptor(<file>.services[0], method: 2)
//       public static let update = MethodDescriptor(<file>.services[0], method: 3)
//     }
//
//     /// Calls `bench.Echo`.
//     public struct EchoClient: Sendable {
//       private let client: RPCClient
//       public init(_ client: RPCClient) { self.client = client }
//
//       public func unary(_ request: Bench.EchoRequest, options: CallOptions = .init()) async throws(RPCError) -> Bench.EchoReply {
//         try await client.unary(Bench.EchoMethods.unary, request, options: options)
//       }
//       public func collect(
//         options: CallOptions = .init()
//       ) async throws(RPCError) -> ClientStreamingCall<Bench.EchoRequest, Bench.EchoReply> {
//         try await client.clientStreaming(Bench.EchoMethods.collect, options: options)
//       }
//       public func expand(
//         _ request: Bench.EchoRequest, options: CallOptions = .init()
//       ) async throws(RPCError) -> ServerStreamingCall<Bench.EchoReply> {
//         try await client.serverStreaming(Bench.EchoMethods.expand, request, options: options)
//       }
//       public func update(
//         options: CallOptions = .init()
//       ) async throws(RPCError) -> BidirectionalCall<Bench.EchoRequest, Bench.EchoReply> {
//         try await client.bidirectional(Bench.EchoMethods.update, options: options)
//       }
//     }
//   }
//
//   extension Bench.EchoServer {
//     public static var serviceSchema: ServiceSchema { <file>.services[0] }
//     public var methods: [ServerMethod] {
//       [
//         .unary(Bench.EchoMethods.unary) { try await self.unary($0, $1) },
//         .clientStreaming(Bench.EchoMethods.collect) { try await self.collect($0, $1) },
//         .serverStreaming(Bench.EchoMethods.expand) { try await self.expand($0, $1, $2) },
//         .bidirectional(Bench.EchoMethods.update) { try await self.update($0, $1, $2) },
//       ]
//     }
//   }

public import Protobuf

/// One RPC of a service with the code that answers it, its message types erased.
///
/// Made by generated code through the four factories; `RPCServer` dispatches to it.
public struct ServerMethod: Sendable {
  /// What the proto says about the RPC.
  public let descriptor: MethodDescriptor

  @usableFromInline let handler: Handler

  /// A handler with its request already decoded: what remains is to run it. It answers through the call.
  @usableFromInline typealias Run = @Sendable (ServerCall) async throws -> Void

  @usableFromInline enum Handler: Sendable {
    /// Takes one message: decodes it at once, from the bytes as they lie in the input, so that nothing is copied.
    case single(@Sendable (UnsafeRawBufferPointer) throws(WireError) -> Run)
    /// Reads its messages itself, as they come.
    case streaming(Run)
  }

  @inlinable
  init(descriptor: MethodDescriptor, handler: Handler) {
    self.descriptor = descriptor
    self.handler = handler
  }

  /// One request, one reply.
  @inlinable
  public static func unary<Request: Message, Reply: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (Request, ServerCall) async throws -> Reply
  ) -> ServerMethod {
    ServerMethod(
      descriptor: descriptor,
      handler: .single { (payload: UnsafeRawBufferPointer) throws(WireError) -> Run in
        let request = try Request(serializedBytes: payload)
        return { call in
          let reply = try await body(request, call)
          call.write(reply)
        }
      })
  }

  /// Many requests, one reply.
  @inlinable
  public static func clientStreaming<Request: Message, Reply: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (RequestStream<Request>, ServerCall) async throws -> Reply
  ) -> ServerMethod {
    ServerMethod(
      descriptor: descriptor,
      handler: .streaming { call in
        let reply = try await body(RequestStream(call), call)
        call.write(reply)
      })
  }

  /// One request, many replies.
  @inlinable
  public static func serverStreaming<Request: Message, Reply: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (Request, ResponseStream<Reply>, ServerCall) async throws -> Void
  ) -> ServerMethod {
    ServerMethod(
      descriptor: descriptor,
      handler: .single { (payload: UnsafeRawBufferPointer) throws(WireError) -> Run in
        let request = try Request(serializedBytes: payload)
        return { call in try await body(request, ResponseStream(call), call) }
      })
  }

  /// Many requests, many replies, in any order.
  @inlinable
  public static func bidirectional<Request: Message, Reply: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (RequestStream<Request>, ResponseStream<Reply>, ServerCall) async throws -> Void
  ) -> ServerMethod {
    ServerMethod(
      descriptor: descriptor,
      handler: .streaming { call in try await body(RequestStream(call), ResponseStream(call), call) })
  }
}
