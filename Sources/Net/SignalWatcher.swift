internal import CLinux
import Glibc

/// Signals as events of a loop, by signalfd: no code runs in a signal handler.
public final class SignalWatcher: Sendable {
  private let loop: EventLoop
  private let source: SignalSource

  /// Blocks the signals in the calling thread, and so in every thread it starts from now on. Call it first thing in `main`, before there
  /// are loops: a thread that does not block a signal would be killed by it.
  public static func block(_ signals: [Int32]) {
    var set = SignalWatcher.set(signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `received` on the loop with the number of each signal that comes. The signals must be blocked.
  public init(_ signals: [Int32], loop: EventLoop, received: @escaping @Sendable (Int32) -> Void) throws(NetError) {
    var set = SignalWatcher.set(signals)
    let descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    guard descriptor >= 0 else { throw .system("signalfd", errno: errno) }
    let source = SignalSource(descriptor: descriptor, received: received)
    self.loop = loop
    self.source = source
    loop.execute { loop.watch(source, read: true, write: false) }
  }

  /// Stops watching; the signals stay blocked.
  public func close() {
    let (loop, source) = (self.loop, self.source)
    loop.execute { loop.close(source) }
  }

  private static func set(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}

/// `@unchecked Sendable`: used on its loop only.
private final class SignalSource: Pollable, @unchecked Sendable {
  private let received: @Sendable (Int32) -> Void

  init(descriptor: Int32, received: @escaping @Sendable (Int32) -> Void) {
    self.received = received
    super.init(descriptor: descriptor)
  }

  override func ready(readable: Bool, writable: Bool, failed: Bool) {
    while descriptor >= 0 {
      var information = signalfd_siginfo()
      let size = MemoryLayout<signalfd_siginfo>.size
      guard Glibc.read(descriptor, &information, size) == size else { return }
      received(Int32(bitPattern: information.ssi_signo))
    }
  }
}
