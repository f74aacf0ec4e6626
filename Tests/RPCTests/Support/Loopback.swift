import HTTP
import Logging
import Net
import Protobuf
import Synchronization

@testable import RPC

/// A server of the test services on a port of its own, with a client beside it.
final class Loopback: Sendable {
  let rpc: RPCServer
  let health: HealthService
  let client: RPCClient
  let port: UInt16
  private let http: HTTPServer
  private let group: EventLoopGroup

  var echo: TestNotes.EchoClient { TestNotes.EchoClient(client) }
  var book: TestNotes.BookClient { TestNotes.BookClient(client) }
  var loop: EventLoop { group.loops[0] }

  init(
    policies: [any ApplicationPolicy] = [NotePolicy()], interceptors: [any ServerInterceptor] = [], gatewaySecret: String? = nil,
    configuration: RPCClient.Configuration = .init(),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) throws {
    group = EventLoopGroup(count: 1)
    var services: [any RPCService] = [EchoService(), BookService()]
    health = HealthService(services)
    services.append(health)
    services += ReflectionService.services(describing: services)
    rpc = RPCServer(
      services: services, policies: policies, interceptors: interceptors, gatewaySecret: gatewaySecret, logger: logger)
    http = HTTPServer(group: group, handler: rpc, limits: HTTPLimits(), tls: nil)
    port = try http.bind(.loopback(port: 0)).port
    client = RPCClient(host: "127.0.0.1", port: port, loops: group, configuration: configuration)
  }

  /// Runs `body` on the loop, by a task that prefers it, as the gateway's do.
  func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(loop) { try await body() }
  }

  /// What is counted for an RPC.
  func counters(_ method: String) -> MethodCounters? {
    rpc.counters.first { $0.method == method }
  }
}

/// Call options with a bearer token.
func bearing(_ token: String, _ more: KeyValuePairs<String, String> = [:]) -> CallOptions {
  var options = CallOptions()
  options.metadata.add("authorization", "Bearer " + token)
  for (name, value) in more { options.metadata.add(name, value) }
  return options
}

/// The error that `body` throws, if it is one of RPC.
func rpcError(_ body: () async throws -> Void) async -> RPCError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? RPCError
  }
}

/// A note with this text.
func note(_ text: String, count: Int32 = 0, data: Int = 0) -> TestNotes.Note {
  .with {
    $0.text = text
    $0.count = count
    $0.data = [UInt8](repeating: 7, count: data)
  }
}

/// Values that a test waits for from other tasks.
final class Signal: Sendable {
  private struct State {
    var isRaised = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func raise() {
    let waiters = state.withLock { state in
      state.isRaised = true
      let waiters = state.waiters
      state.waiters = []
      return waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isRaised = state.withLock { state in
        if !state.isRaised { state.waiters.append(continuation) }
        return state.isRaised
      }
      if isRaised { continuation.resume() }
    }
  }
}
