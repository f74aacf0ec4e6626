import Glibc

/// Signals that ask a command to end, for one that works in small steps and leaves nothing behind: they are blocked from the first
/// moment (`main.swift`) and looked for between two steps.
enum PendingSignals {
  static let signals = [SIGTERM, SIGINT, SIGHUP]

  /// Whether one has come.
  static var isAskedToEnd: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return signals.contains { sigismember(&pending, $0) == 1 }
  }

  /// Lets them end the process as they usually do: at once.
  static func letThemEnd() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
