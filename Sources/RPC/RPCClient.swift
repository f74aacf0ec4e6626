public import Net
public import Protobuf
import Synchronization

/// Calls the RPCs of one server. Generated clients (`CSAv1.TicketServiceClient`) wrap it.
///
/// Connections are made when they are needed and made again, with growing pauses, when they are lost. May be used from any thread and any task.
public final class RPCClient: Sendable {
  /// What holds for all calls of a client.
  public struct Configuration: Sendable {
    /// How many connections are kept to the server; calls are dealt to them in turn.
    public var connections = 1
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// The pause after the first failed attempt to connect; it doubles with every further one …
    public var backoff = Duration.milliseconds(100)
    /// … up to this.
    public var backoffMax = Duration.seconds(10)
    /// How long an answer may take where the call says nothing; nil: for ever.
    public var timeout: Duration?
    /// Ceiling of one reply message in bytes where the call says nothing.
    public var replyBytesMax = 4 * 1024 * 1024
    /// Metadata of every call, such as `authorization`.
    public var metadata = Metadata()
    /// TLS with this context; nil: plain text.
    public var tls: TLSContext?
    /// How often a connection is tried with a PING; it is lost when ten seconds bring no answer. nil: never.
    public var keepAlive: Duration?

    public init() {}
  }

  public let host: String
  public let port: UInt16
  let configuration: Configuration
  private let channels: [ClientChannel]
  private let turn = Atomic<Int>(0)

  /// A client of `host`:`port` whose connections live on `loops`.
  public init(host: String, port: UInt16, loops: EventLoopGroup, configuration: Configuration = Configuration()) {
    self.host = host
    self.port = port
    self.configuration = configuration
    channels = (0..<max(1, configuration.connections)).map { index in
      ClientChannel(host: host, port: port, loop: loops.loops[index % loops.loops.count], configuration: configuration)
    }
  }

  /// Closes every connection; calls in flight end with UNAVAILABLE.
  public func close() {
    for channel in channels { channel.loop.execute { channel.close() } }
  }

  // MARK: The four kinds of call

  /// One request, one reply.
  public func unary<Request: Message, Reply: Message>(
    _ method: MethodDescriptor, _ request: Request, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> Reply {
    let call = start(method, options)
    call.send(call.frame(request), last: true)
    return try Reply(reply: try await call.onlyReply())
  }

  /// One request, many replies.
  public func serverStreaming<Request: Message, Reply: Message>(
    _ method: MethodDescriptor, _ request: Request, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> ServerStreamingCall<Reply> {
    let call = start(method, options)
    call.send(call.frame(request), last: true)
    return ServerStreamingCall(call)
  }

  /// Many requests, one reply.
  public func clientStreaming<Request: Message, Reply: Message>(
    _ method: MethodDescriptor, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> ClientStreamingCall<Request, Reply> {
    ClientStreamingCall(start(method, options))
  }

  /// Many requests, many replies.
  public func bidirectional<Request: Message, Reply: Message>(
    _ method: MethodDescriptor, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> BidirectionalCall<Request, Reply> {
    BidirectionalCall(start(method, options))
  }

  /// Starts a call of any kind; messages are bytes.
  func start(_ method: MethodDescriptor, _ options: CallOptions) -> ClientCall {
    start(path: method.path, options)
  }

  func start(path: String, _ options: CallOptions) -> ClientCall {
    let channel = pick()
    let call = ClientCall(path: path, channel: channel, options: options, configuration: configuration)
    if channel.loop.inLoop { call.start() } else { channel.loop.execute { call.start() } }
    return call
  }

  /// A connection of the caller's own loop if there is one, so that the call changes no thread; else the next in turn.
  private func pick() -> ClientChannel {
    if channels.count == 1 { return channels[0] }
    return channels.first { $0.loop.inLoop } ?? channels[turn.wrappingAdd(1, ordering: .relaxed).oldValue % channels.count]
  }
}

extension Message {
  /// - Throws: INTERNAL for bytes that are no such message.
  @usableFromInline
  init(reply bytes: [UInt8]) throws(RPCError) {
    do throws(WireError) {
      try self.init(serializedBytes: bytes)
    } catch {
      throw RPCError(.internalError, "无法读取答复消息：\(error)")
    }
  }
}
