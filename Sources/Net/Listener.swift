internal import CLinux
import Glibc
internal import Synchronization

/// A listening socket whose connections are dealt, each to the loop with the fewest and there to stay.
///
/// (SO_REUSEPORT would hash instead: a few busy connections then often share a loop, and two servers share a port silently.)
package final class Listener: Sendable {
  /// The address listened on, with the port that the kernel chose where 0 was asked for.
  package let address: SocketAddress
  private let loop: EventLoop
  private let acceptor: Acceptor

  /// Binds at once and starts to accept. `accepted` gets each socket on the loop that it was dealt to.
  ///
  /// - Throws: `NetError.addressInUse`, `.addressUnavailable` or `.system`, naming the address.
  package init(
    _ address: SocketAddress, group: EventLoopGroup,
    accepted: @escaping @Sendable (_ descriptor: Int32, _ peer: SocketAddress, _ loop: EventLoop) -> Void
  ) throws(NetError) {
    let descriptor = try Socket.listen(address)
    self.address = Socket.localAddress(descriptor) ?? address
    loop = group.loops[0]
    let acceptor = Acceptor(descriptor: descriptor, loop: loop, group: group, accepted: accepted)
    self.acceptor = acceptor
    loop.execute { acceptor.resume() }
  }

  /// Stops accepting and closes the socket. Returns at once; the socket is closed in the loop's turn.
  package func close() {
    let acceptor = self.acceptor
    loop.execute { acceptor.close() }
  }
}

/// `@unchecked Sendable`: touched only on its loop after `init`.
private final class Acceptor: Pollable, @unchecked Sendable {
  /// A turn takes at most so many, so that those already connected get their turn too.
  private static let acceptsPerTurnMax = 64
  private static let pause = Duration.milliseconds(200)

  private let loop: EventLoop
  private let group: EventLoopGroup
  private let accepted: @Sendable (Int32, SocketAddress, EventLoop) -> Void
  private var isClosed = false

  init(
    descriptor: Int32, loop: EventLoop, group: EventLoopGroup,
    accepted: @escaping @Sendable (Int32, SocketAddress, EventLoop) -> Void
  ) {
    self.loop = loop
    self.group = group
    self.accepted = accepted
    super.init(descriptor: descriptor)
  }

  func resume() {
    guard !isClosed else { return }
    loop.watch(self, read: true, write: false)
  }

  func close() {
    isClosed = true
    loop.close(self)
  }

  override func ready(readable: Bool, writable: Bool, failed: Bool) {
    for _ in 0..<Self.acceptsPerTurnMax {
      switch Socket.accept(descriptor) {
      case .success((let descriptor, let peer)):
        deal(descriptor, peer)
      case .failure(let error):
        switch error.errno {
        case EAGAIN: return
        case EINTR, ECONNABORTED, EPROTO: continue
        default:
          // EMFILE, ENFILE, ENOBUFS, ENOMEM: the connection stays in the backlog and would wake us at once, again and again.
          loop.watch(self, read: false, write: false)
          loop.schedule(after: Self.pause) { [self] in resume() }
          return
        }
      }
    }
  }

  private func deal(_ descriptor: Int32, _ peer: SocketAddress) {
    let target = group.next()
    // Counted here and not when it arrives there: a burst of accepts must not all see the same count.
    target.connectionCount.add(1, ordering: .relaxed)
    if target === loop {
      accepted(descriptor, peer, target)
    } else {
      let accepted = self.accepted
      target.execute { accepted(descriptor, peer, target) }
    }
  }
}

extension EventLoop {
  /// A connection of this loop has ended, or (negative) one was opened by other means than a listener.
  package func connectionEnded(_ count: Int = 1) {
    connectionCount.subtract(count, ordering: .relaxed)
  }
}
