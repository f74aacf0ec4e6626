import Synchronization

/// `grpc.health.v1.Health`: whether the server and each of its services may be called.
public final class HealthService: GRPCHealthV1.HealthServer {
  private struct State: Sendable {
    /// By full name of the service; the empty name stands for the server as a whole.
    var statuses: [String: GRPCHealthV1.HealthCheckResponse.ServingStatus] = [:]
    var watchers: [ObjectIdentifier: ServerCall] = [:]
    var isStopped = false
  }

  private let state: Mutex<State>

  /// The server and these services, all of them serving.
  public init(_ services: [any RPCService]) {
    var names = services.map { type(of: $0).serviceSchema.fullName }
    names += ["", HealthService.serviceSchema.fullName]
    state = Mutex(State(statuses: Dictionary(names.map { ($0, .serving) }, uniquingKeysWith: { first, _ in first })))
  }

  /// Says whether `service` may be called; the empty name means the server as a whole. After `stop()` nothing changes any more.
  public func set(_ service: String, isServing: Bool) {
    change { $0[service] = isServing ? .serving : .notServing }
  }

  /// Everything is NOT_SERVING from now on: the server drains. Watchers are told so, and their streams end with UNAVAILABLE.
  public func stop() {
    let watchers = state.withLock { state in
      for name in state.statuses.keys { state.statuses[name] = .notServing }
      state.isStopped = true
      return state.watchers
    }
    wake(watchers)
  }

  private func change(_ body: (inout [String: GRPCHealthV1.HealthCheckResponse.ServingStatus]) -> Void) {
    let watchers = state.withLock { state in
      if !state.isStopped { body(&state.statuses) }
      return state.watchers
    }
    wake(watchers)
  }

  private func wake(_ watchers: [ObjectIdentifier: ServerCall]) {
    for call in watchers.values { call.wake() }
  }

  private func status(_ service: String) -> GRPCHealthV1.HealthCheckResponse.ServingStatus? {
    state.withLock { $0.statuses[service] }
  }

  public func check(
    _ request: GRPCHealthV1.HealthCheckRequest, _ call: ServerCall
  ) async throws -> GRPCHealthV1.HealthCheckResponse {
    guard let status = status(request.service) else { throw RPCError(.notFound, "未知的服务：\(request.service)") }
    return .with { $0.status = status }
  }

  public func list(
    _ request: GRPCHealthV1.HealthListRequest, _ call: ServerCall
  ) async throws -> GRPCHealthV1.HealthListResponse {
    .with { response in
      for (name, status) in state.withLock({ $0.statuses }) {
        response.statuses[.init(name)] = .with { $0.status = status }
      }
    }
  }

  public func watch(
    _ request: GRPCHealthV1.HealthCheckRequest, _ responses: ResponseStream<GRPCHealthV1.HealthCheckResponse>, _ call: ServerCall
  ) async throws {
    let id = ObjectIdentifier(call)
    state.withLock { $0.watchers[id] = call }
    defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
    var last: GRPCHealthV1.HealthCheckResponse.ServingStatus?
    while !call.isCancelled {
      let (now, isStopped) = state.withLock { ($0.statuses[request.service] ?? .serviceUnknown, $0.isStopped) }
      if now != last {
        try await responses.write(.with { $0.status = now })
        last = now
      }
      // A stream without an end of its own would hold up the drain.
      if isStopped { throw RPCError.draining }
      await call.sleepUntilWoken()
    }
  }
}
