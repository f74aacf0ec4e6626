public import Net
internal import Synchronization

/// Listeners whose connections speak HTTP/1.1 or HTTP/2, whichever their first bytes (or ALPN) say: both on every port.
public final class HTTPServer: Sendable {
  public let limits: HTTPLimits
  /// What it counts, for metrics.
  public let counters = HTTPCounters()
  private let group: EventLoopGroup
  /// One for each loop of the group, in its order.
  private let homes: [ConnectionHome]
  private let listeners = Mutex<[Listener]>([])

  /// A server that listens nowhere yet.
  ///
  /// - Parameter tls: Made with `TLSContext(server:)`; nil for plain text.
  public init(group: EventLoopGroup, handler: any HTTPHandler, limits: HTTPLimits = HTTPLimits(), tls: TLSContext? = nil) {
    limits.validate()
    self.group = group
    self.limits = limits
    let counters = self.counters
    homes = group.loops.map { ConnectionHome(loop: $0, handler: handler, limits: limits, counters: counters, tls: tls) }
  }

  /// Listens on one more address. Connections are accepted from now on.
  ///
  /// - Returns: The address, with the port that was chosen where 0 was asked for.
  /// - Throws: `NetError.addressInUse`, `.addressUnavailable`, `.system`: each names the address.
  @discardableResult
  public func bind(_ address: SocketAddress) throws(NetError) -> SocketAddress {
    let homes = self.homes
    let loops = group.loops
    let listener = try Listener(address, group: group) { descriptor, peer, loop in
      // The listener deals among the group's loops only, so the index is there.
      if let index = loops.firstIndex(where: { $0 === loop }) { homes[index].adopt(descriptor: descriptor, peer: peer) }
    }
    listeners.withLock { $0.append(listener) }
    return listener.address
  }

  /// Stops in good order (architecture, decision 18): listeners closed, HTTP/2 connections told by GOAWAY (first a notice, then, a PING round
  /// trip later, the real one), HTTP/1.1 ones by `Connection: close`. Requests under way finish.
  ///
  /// - Parameter timeout: After so long, what is left is cut off; owners get `streamClosed(.connectionLost)`.
  public func drain(timeout: Duration) async {
    for listener in listeners.withLock({ list in
      let all = list
      list = []
      return all
    }) { listener.close() }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let left = Atomic<Int>.Box(homes.count)
      for home in homes {
        home.loop.execute {
          let timer = home.loop.schedule(after: timeout) { home.closeAll() }
          home.drain {
            home.loop.cancel(timer)
            if left.decrement() == 0 { continuation.resume() }
          }
        }
      }
    }
  }
}

extension Atomic where Value == Int {
  /// A counter that several closures share.
  fileprivate final class Box: Sendable {
    private let value: Atomic<Int>

    init(_ value: Int) { self.value = Atomic<Int>(value) }

    func decrement() -> Int { value.subtract(1, ordering: .acquiringAndReleasing).newValue }
  }
}
