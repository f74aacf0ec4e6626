internal import Glibc

/// A thread of our own for work that blocks. It ends when its body returns; nobody joins it.
public enum WorkerThread {
  /// Bytes of stack: SQLite and Argon2 need a few dozen KiB, and pages that are never touched cost nothing.
  private static let stackBytes = 1 << 20

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: Shown by `top -H`; at most 15 bytes count.
  ///   - niceness: 0 to 19; above 0 the thread yields to the others.
  public static func start(name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    let context = Unmanaged.passRetained(
      Body {
        // Signals belong to the event loop that reads them from a signalfd.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        setName(name)
        // On Linux a process id of 0 means the calling thread alone.
        if niceness > 0 { _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness) }
        body()
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { raw in
        // The pointer is never nil: it is the retained box from above, taken over exactly once.
        if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    precondition(status == 0, "cannot start thread \(name): error \(status)")
  }

  /// Names the calling thread. (Swift sees neither the GNU extension `pthread_setname_np` nor the variadic `prctl`.)
  private static func setName(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = Array(name.utf8.prefix(15)).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    close(file)
  }
}
