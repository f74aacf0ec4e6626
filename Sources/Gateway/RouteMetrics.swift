internal import Synchronization

/// How long the answers of one route took, by status: `http_server_request_duration_seconds`.
final class RouteMetrics: Sendable {
  /// Upper bounds of the histogram's buckets in nanoseconds, those that OpenTelemetry names for HTTP: 5 ms to 10 s.
  static let bounds: [Int64] = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000].map { $0 * 1_000_000 }

  private struct Durations {
    var count = 0
    var nanoseconds: Int64 = 0
    var buckets = [Int](repeating: 0, count: RouteMetrics.bounds.count)

    mutating func add(_ duration: Int64, _ bucket: Int?) {
      count += 1
      nanoseconds += duration
      if let bucket { buckets[bucket] += 1 }
    }
  }

  private let verb: String
  private let template: String
  private let durations = Mutex<[Int: Durations]>([:])

  /// - Parameter template: The path as the proto has it; empty for requests that no route was found for.
  init(verb: String, template: String) {
    (self.verb, self.template) = (verb, template)
  }

  func answered(_ status: Int, nanoseconds: Int64) {
    let bucket = Self.bounds.firstIndex { nanoseconds <= $0 }
    durations.withLock { $0[status, default: Durations()].add(nanoseconds, bucket) }
  }

  /// The counters as they stand, by status.
  func snapshot() -> [RouteCounters] {
    durations.withLock { $0 }.sorted { $0.key < $1.key }.map { status, durations in
      RouteCounters(
        verb: verb, template: template, status: status, count: durations.count, nanoseconds: durations.nanoseconds,
        buckets: zip(Self.bounds, durations.buckets).map { ($0, $1) })
    }
  }
}

/// What was counted for one route and one status.
public struct RouteCounters: Sendable {
  /// GET, POST, …; empty where no route was found.
  public let verb: String
  /// The path as the proto has it, such as `/api/tickets/{ticket_id}`; empty where no route was found.
  public let template: String
  public let status: Int
  public let count: Int
  /// Sum over all answers.
  public let nanoseconds: Int64
  /// Answers by time taken: above the bucket before, at most `nanosecondsMax`; slower ones are in none.
  public let buckets: [(nanosecondsMax: Int64, count: Int)]
}
