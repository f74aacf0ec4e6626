import HTTP
import Net

/// One connection of a client to its server: made when first needed, made again when lost. Confined to its loop.
final class ClientChannel: @unchecked Sendable {  // every `var` is touched on `loop` only
  let loop: EventLoop
  /// `:authority` of its requests.
  let authority: String
  private let host: String
  private let port: UInt16
  private let configuration: RPCClient.Configuration

  private enum State {
    /// Nothing there; the next call connects.
    case idle
    case connecting
    case ready(HTTPClientConnection)
    /// An attempt has failed; nobody tries again before the timer.
    case pausing(RPCError)
    case closed
  }

  private struct Waiter {
    /// Stays through failed attempts.
    var waitsForReady: Bool
    var take: (Result<HTTPClientConnection, RPCError>) -> Void
  }

  private var state = State.idle
  private var waiters: [Waiter] = []
  private var pause: Duration

  init(host: String, port: UInt16, loop: EventLoop, configuration: RPCClient.Configuration) {
    self.host = host
    self.port = port
    self.loop = loop
    self.configuration = configuration
    authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    pause = configuration.backoff
  }

  /// Gives `take` a connection, now or when there is one. On the loop only; `take` is called there too.
  ///
  /// - Parameter waitForReady: Wait through failed attempts instead of failing with the first one; the caller's deadline is the bound.
  func acquire(waitForReady: Bool, _ take: @escaping (Result<HTTPClientConnection, RPCError>) -> Void) {
    switch state {
    case .ready(let connection) where connection.isUsable: take(.success(connection))
    case .closed: take(.failure(ClientChannel.closedError))
    case .pausing(let error) where !waitForReady: take(.failure(error))
    case .pausing, .connecting: waiters.append(Waiter(waitsForReady: waitForReady, take: take))
    case .idle, .ready:
      waiters.append(Waiter(waitsForReady: waitForReady, take: take))
      connect()
    }
  }

  /// Calls in flight end with UNAVAILABLE; none is opened again.
  func close() {
    if case .ready(let connection) = state { connection.abort() }
    state = .closed
    settle(.failure(ClientChannel.closedError), all: true)
  }

  private static var closedError: RPCError { RPCError(.unavailable, "客户端已关闭") }

  private func connect() {
    state = .connecting
    Task.immediate(executorPreference: loop) {
      do {
        let connection = try await HTTPClientConnection.connect(
          to: host, port: port, tls: configuration.tls, loop: loop, timeout: configuration.connectTimeout,
          keepAlive: configuration.keepAlive)
        connected(connection)
      } catch {
        failed(RPCError(.unavailable, "无法连接 \(authority)：\(error)"))
      }
    }
  }

  private func connected(_ connection: HTTPClientConnection) {
    guard case .connecting = state else { return connection.abort() }
    state = .ready(connection)
    pause = configuration.backoff
    settle(.success(connection), all: true)
  }

  private func failed(_ error: RPCError) {
    guard case .connecting = state else { return }
    state = .pausing(error)
    settle(.failure(error), all: false)
    let wait = pause
    pause = min(pause * 2, configuration.backoffMax)
    loop.schedule(after: wait) { [weak self] in self?.pauseEnds() }
  }

  private func pauseEnds() {
    guard case .pausing = state else { return }
    state = .idle
    if !waiters.isEmpty { connect() }
  }

  private func settle(_ result: Result<HTTPClientConnection, RPCError>, all: Bool) {
    let now = all ? waiters : waiters.filter { !$0.waitsForReady }
    waiters = all ? [] : waiters.filter(\.waitsForReady)
    for waiter in now { waiter.take(result) }
  }
}
