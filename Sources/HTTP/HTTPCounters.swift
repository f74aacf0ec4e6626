internal import Synchronization

/// What a server counts for its metrics. Read from any thread at any time.
public final class HTTPCounters: Sendable {
  private let open = Atomic<Int>(0)
  private let accepted = Atomic<Int>(0)
  private let refused = Atomic<Int>(0)
  private let timeouts = Atomic<Int>(0)
  private let http1 = Atomic<Int>(0)
  private let http2 = Atomic<Int>(0)
  private let abuse = Mutex<[AbuseKind: Int]>([:])

  /// One moment's values.
  public struct Snapshot: Sendable {
    /// Connections open now.
    public let connectionsOpen: Int
    /// Connections accepted since the start.
    public let connectionsAccepted: Int
    /// Connections turned away because there were too many.
    public let connectionsRefused: Int
    /// Connections closed because their peer was too slow.
    public let connectionsTimedOut: Int
    /// Requests since the start.
    public let http1Requests: Int
    public let http2Requests: Int
    /// Connections ended for abuse, by what they did last (`weft_h2_abuse_total{kind}`).
    public let abuse: [AbuseKind: Int]
  }

  public var snapshot: Snapshot {
    Snapshot(
      connectionsOpen: open.load(ordering: .relaxed), connectionsAccepted: accepted.load(ordering: .relaxed),
      connectionsRefused: refused.load(ordering: .relaxed), connectionsTimedOut: timeouts.load(ordering: .relaxed),
      http1Requests: http1.load(ordering: .relaxed), http2Requests: http2.load(ordering: .relaxed), abuse: abuse.withLock { $0 })
  }

  /// - Returns: How many are open with this one.
  func connectionOpened() -> Int {
    accepted.add(1, ordering: .relaxed)
    return open.add(1, ordering: .relaxed).newValue
  }

  func connectionClosed() { open.subtract(1, ordering: .relaxed) }
  func connectionRefused() { refused.add(1, ordering: .relaxed) }
  func timedOut() { timeouts.add(1, ordering: .relaxed) }
  func http1Request() { http1.add(1, ordering: .relaxed) }
  func http2Request() { http2.add(1, ordering: .relaxed) }
  func abused(_ kind: AbuseKind) { abuse.withLock { $0[kind, default: 0] += 1 } }
}
