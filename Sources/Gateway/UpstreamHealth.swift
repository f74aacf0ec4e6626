public import Logging
public import Net
public import RPC
import Synchronization

/// How a gateway's upstream stands.
public enum UpstreamState: String, Sendable {
  case serving
  /// It answers, and says that it may not be called: it is starting or draining.
  case notServing = "not_serving"
  /// It could not be asked: no connection, no answer in time, or an answer that is not gRPC.
  case unreachable
}

/// Asks a remote server again and again whether it serves (`grpc.health.v1.Health/Check` of the server as a whole), so that `/healthz` of a gateway
/// that runs alone can answer at once.
///
/// Owned by `loop`; `state` may be read from anywhere. One check is under way at a time.
public final class UpstreamHealth: @unchecked Sendable {  // `isStopped` is touched on `loop` only, `known` is a lock
  /// The pause between two checks; what `state` says is at most this and `timeout` old.
  public static let interval = Duration.seconds(1)
  /// How long one check may take.
  public static let timeout = Duration.seconds(2)

  private let client: GRPCHealthV1.HealthClient
  private let loop: EventLoop
  private let logger: Logger
  private let known = Mutex(UpstreamState.unreachable)
  private var isStopped = false

  /// What the latest check found.
  public var state: UpstreamState { known.withLock { $0 } }

  public init(_ client: RPCClient, loop: EventLoop, logger: Logger) {
    self.client = GRPCHealthV1.HealthClient(client)
    self.loop = loop
    self.logger = logger
  }

  /// Checks once, which ends after `timeout` at the latest, and from then on in the background.
  public func start() async {
    await check()
    loop.execute { self.checkLater() }
  }

  /// No check begins after this.
  public func stop() {
    loop.execute { self.isStopped = true }
  }

  private func checkLater() {
    guard !isStopped else { return }
    loop.schedule(after: Self.interval) { [weak self] in
      guard let self, !isStopped else { return }
      Task.immediate(executorPreference: loop) {
        await self.check()
        self.loop.execute { self.checkLater() }
      }
    }
  }

  private func check() async {
    let found: UpstreamState
    var reason: RPCError?
    do throws(RPCError) {
      let answer = try await client.check(.init(), options: CallOptions(timeout: Self.timeout))
      found = answer.status == .serving ? .serving : .notServing
    } catch {
      reason = error
      switch error.code {
      // A server without the service has nothing against being called (gRPC documentation, "GRPC Health Checking Protocol").
      case .unimplemented: found = .serving
      case .notFound: found = .notServing
      default: found = .unreachable
      }
    }
    let before = known.withLock { known in
      defer { known = found }
      return known
    }
    guard before != found else { return }
    logger.log(
      level: found == .serving ? .info : .warning, "the upstream is \(found.rawValue)",
      metadata: reason.map { ["error": "\($0.message)"] } ?? [:])
  }
}
