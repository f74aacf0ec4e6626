internal import CLinux
import Glibc

/// A file descriptor that an `EventLoop` watches. Confined to its loop once registered.
package class Pollable {
  /// The descriptor, or -1 once closed.
  package fileprivate(set) var descriptor: Int32
  /// The events asked for now; 0 while not registered.
  fileprivate(set) var interest: UInt32 = 0
  fileprivate(set) var isRegistered = false

  package init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The kernel has something to say. Several may be true; each may be spurious.
  ///
  /// - Parameter failed: Both directions are gone; said again every turn until the descriptor is closed.
  package func ready(readable: Bool, writable: Bool, failed: Bool) {
    preconditionFailure("a subclass answers")
  }
}

extension EventLoop {
  /// Watches `pollable` for reading and writing as asked, or changes what is watched. The loop keeps it alive until `close`.
  ///
  /// - Returns: Whether the kernel agreed. It refuses a new descriptor when the user's watches or its memory are used up; such a one never
  ///   wakes and must be closed.
  @discardableResult
  package func watch(_ pollable: Pollable, read: Bool, write: Bool) -> Bool {
    precondition(inLoop)
    guard pollable.descriptor >= 0 else { return false }
    var wanted: UInt32 = 0
    if read { wanted |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
    if write { wanted |= EPOLLOUT.rawValue }
    guard !pollable.isRegistered || wanted != pollable.interest else { return true }
    var event = epoll_event()
    event.events = wanted
    event.data.fd = pollable.descriptor
    let operation = pollable.isRegistered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
    guard epoll_ctl(epoll, operation, pollable.descriptor, &event) == 0 else { return false }
    pollable.interest = wanted
    if !pollable.isRegistered {
      pollable.isRegistered = true
      register(pollable)
    }
    return true
  }

  /// Stops watching and closes the descriptor. Does nothing the second time.
  package func close(_ pollable: Pollable) {
    precondition(inLoop)
    guard pollable.descriptor >= 0 else { return }
    if pollable.isRegistered {
      epoll_ctl(epoll, EPOLL_CTL_DEL, pollable.descriptor, nil)
      pollable.isRegistered = false
      unregister(pollable)
    }
    _ = Glibc.close(pollable.descriptor)
    pollable.descriptor = -1
  }

  /// Stops watching and hands the descriptor over without closing it.
  package func release(_ pollable: Pollable) -> Int32 {
    precondition(inLoop)
    let descriptor = pollable.descriptor
    if pollable.isRegistered {
      epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
      pollable.isRegistered = false
      unregister(pollable)
    }
    pollable.descriptor = -1
    return descriptor
  }
}
