public import HTTP
public import Logging
import Net
public import Platform
import Synchronization

/// Serves RPCs: over HTTP/2 as an `HTTPHandler`, and in this process through `InProcessInvoker`.
///
/// Health and reflection are among the services it is given, if they are wanted (`HealthService`, `ReflectionService`).
public final class RPCServer: HTTPHandler {
  /// Bounds of calls; those of connections are HTTP's.
  public struct Limits: Sendable {
    /// Ceiling of one request message in bytes, where the proto says nothing.
    public var messageBytesMax = 4 * 1024 * 1024
    /// The same for health and reflection, whose requests are names and which anybody may call.
    public var infrastructureMessageBytesMax = 64 * 1024
    /// Shared by everything that receives in this process.
    public var receiveBudget = MemoryBudget()
    /// Shared by everything that answers in this process.
    public var answerBudget = MemoryBudget()

    public init() {}
  }

  let table: MethodTable
  let interceptors: [any ServerInterceptor]
  let logger: Logger
  let logsCalls: Bool
  let gatewaySecret: GatewaySecret?
  let receiveBudget: MemoryBudget
  let answerBudget: MemoryBudget
  let requestIDs = RequestIDs()
  private let health: HealthService?
  private let drain = Mutex(Drain())

  private struct Drain: Sendable {
    var isDraining = false
    /// Calls without an end of their own.
    var endless: [ObjectIdentifier: ServerCall] = [:]
  }

  /// - Parameters:
  ///   - services: Everything that is served.
  ///   - policies: One for each application that the services belong to.
  ///   - interceptors: Run around every handler, the first one outermost.
  ///   - gatewaySecret: Whoever shows it as `weft-gateway-secret` is believed about the client's address and the request's id.
  /// - Precondition: Every application of the services has a policy, and no RPC is offered twice.
  public init(
    services: [any RPCService], policies: [any ApplicationPolicy] = [], interceptors: [any ServerInterceptor] = [],
    limits: Limits = Limits(), gatewaySecret: String? = nil, logger: Logger
  ) {
    self.interceptors = interceptors
    self.logger = logger
    logsCalls = logger.logLevel <= .debug
    receiveBudget = limits.receiveBudget
    answerBudget = limits.answerBudget
    self.gatewaySecret = GatewaySecret(gatewaySecret)
    health = services.lazy.compactMap { $0 as? HealthService }.first
    table = MethodTable(
      services.flatMap(\.methods).map { method in
        let application = method.descriptor.application
        let policy = policies.first { $0.application == application }
        precondition(policy != nil || application.isEmpty, "no policy for the application \(application) of \(method.descriptor.path)")
        let declared = method.descriptor.takesFile ? 0 : method.descriptor.bodyMax
        let isInfrastructure = ["/grpc.health.", "/grpc.reflection."].contains { method.descriptor.path.hasPrefix($0) }
        let usual = isInfrastructure ? limits.infrastructureMessageBytesMax : limits.messageBytesMax
        return MethodTable.Entry(method: method, policy: policy, messageBytesMax: declared > 0 ? declared : usual)
      })
  }

  /// The counters of every RPC served, in the order of the services; zero from the start.
  public var counters: [MethodCounters] { table.entries.map { $0.metrics.snapshot() } }

  /// Every RPC served.
  public var methods: [MethodDescriptor] { table.entries.map(\.descriptor) }

  public func accept(_ stream: HTTPStream) -> any HTTPStreamOwner {
    let head = CallHead(stream.request.headers)
    guard stream.request.method == .post, head.isGRPC, stream.request.version == .http2 else {
      refuse(stream)
      return RefusedStream()
    }
    let entry = stream.request.withPathBytes { table.find($0) }
    guard let entry else {
      let error = RPCError(.unimplemented, "未知的方法：\(stream.request.path)")
      stream.sendHead(ResponseHeaders.trailersOnly(error, initial: Metadata(), trailing: Metadata()), end: true)
      return RefusedStream()
    }
    let call = WireCall(server: self, entry: entry, stream: stream)
    call.open(head)
    return call
  }

  /// What is no gRPC gets the answer of HTTP (gRPC over HTTP/2, "Requests": 415 for another content type). HTTP/1.1 has no
  /// trailers that clients read, so an error there would look like an empty success.
  private func refuse(_ stream: HTTPStream) {
    var head = ResponseHead(status: 505, headers: ["content-type": "text/plain; charset=utf-8"])
    if stream.request.method != .post {
      head.status = 405
      head.headers.append("allow", "POST")
    } else if stream.request.version == .http2 {
      head.status = 415
      head.headers.append("accept-post", "application/grpc")
    }
    stream.respond(head, body: Array("此端口提供 gRPC 服务：HTTP/2，POST，content-type: application/grpc\n".utf8))
  }

  // MARK: Drain

  /// Health says NOT_SERVING; calls without an end of their own end with UNAVAILABLE, now and from now on. The rest is left to finish; HTTP's drain
  /// bounds how long.
  public func beginDrain() {
    health?.stop()
    let endless = drain.withLock { drain in
      drain.isDraining = true
      let endless = drain.endless
      drain.endless = [:]
      return endless
    }
    for call in endless.values { call.loop.execute { call.abandon(.draining) } }
  }

  func registerEndless(_ call: ServerCall) {
    let isDraining = drain.withLock { drain in
      if !drain.isDraining { drain.endless[ObjectIdentifier(call)] = call }
      return drain.isDraining
    }
    if isDraining { call.loop.execute { call.abandon(.draining) } }
  }

  func forgetEndless(_ call: ServerCall) {
    drain.withLock { _ = $0.endless.removeValue(forKey: ObjectIdentifier(call)) }
  }
}

extension RPCError {
  static var draining: RPCError { RPCError(.unavailable, "服务器正在停止") }
  static var deadlineExceeded: RPCError { RPCError(.deadlineExceeded, "调用超时") }
}
