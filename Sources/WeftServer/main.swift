import Glibc
import Net

// What serves takes its signals from a descriptor. They are blocked here, on the only thread there is yet, because every thread
// inherits the mask of the one that starts it.
if let command = CommandLine.arguments.dropFirst().first, ["serve", "gateway", "worker"].contains(command) {
  Allocator.configure()
  SignalWatcher.block(StopSignals.signals)
}

// The same for what looks for signals between two steps.
if let command = CommandLine.arguments.dropFirst().first, ["backup", "restore"].contains(command) {
  SignalWatcher.block(PendingSignals.signals)
}

/// Away from the main actor, which this thread would have to serve.
nonisolated func begin() {
  Task.immediate {
    await Weft.main()
    exit(EXIT_SUCCESS)
  }
}
begin()
// An asynchronous main would hand this thread to Dispatch, which unblocks every signal on it: the first SIGTERM would kill.
while true { pause() }
