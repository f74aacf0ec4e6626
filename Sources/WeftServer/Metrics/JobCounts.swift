import CoWriting
import Jobs
import Logging
import Net
import Synchronization

/// How many background jobs there are, in all processes on the data directory: read every few seconds, for `GET /metrics`.
final class JobCounts: Sendable {
  struct Count: Sendable, Equatable {
    var kind: String
    var waiting = 0
    var running = 0
  }

  private let latest: Latest
  private let reading: RepeatingTask

  private final class Latest: Sendable {
    let counts = Mutex<[Count]>([])
  }

  init(_ application: CoWritingApp, on loop: EventLoop, logger: Logger) {
    let latest = Latest()
    self.latest = latest
    reading = RepeatingTask(loop: loop, every: .seconds(3)) {
      do {
        let counts = try await application.jobCounts().map { Count(kind: $0.kind.name, waiting: $0.waiting, running: $0.running) }
        latest.counts.withLock { $0 = counts }
      } catch {
        logger.warning("jobs cannot be counted; it is tried again in three seconds", metadata: ["error": "\(error)"])
      }
    }
  }

  /// In the order of their kinds; empty before the first reading.
  var counts: [Count] { latest.counts.withLock { $0 } }

  func stop() async { await reading.stop() }
}
