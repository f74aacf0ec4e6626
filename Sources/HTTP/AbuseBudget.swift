internal import Net
internal import Platform

/// What an HTTP/2 peer can make us do at little cost to itself, none of which nghttp2 1.52 bounds well enough.
public enum AbuseKind: String, Sendable, CaseIterable {
  /// RST_STREAM that the peer provoked from us (CVE-2025-8671, "MadeYouReset"), REFUSED_STREAM included.
  case selfReset = "self_reset"
  /// RST_STREAM from the peer before it had a response (CVE-2023-44487, "rapid reset").
  case earlyReset = "early_reset"
  /// CVE-2019-9512.
  case ping
  /// CVE-2019-9515.
  case settings
  /// CVE-2019-9513.
  case priority
  /// DATA without bytes and without END_STREAM (CVE-2019-9518).
  case emptyData = "empty_data"
  /// More WINDOW_UPDATE than what we sent can call for.
  case windowUpdate = "window_update"
  /// CVE-2024-28182.
  case continuation
  /// Frames of types that RFC 9113 does not define, which are to be ignored (5.5).
  case unknown = "unknown_frame"
  /// HEADERS and RST_STREAM for streams that are gone, answers to no PING, GOAWAY again: more than what a peer can send because
  /// it has not heard from us yet.
  case pointless = "pointless_frame"
}

/// One token bucket for everything of `AbuseKind` that a connection does. What answers to what we sent, or comes with a stream, is free.
struct AbuseBudget {
  private let burst: Int64
  private let perSecond: Int64
  /// In billionths of an event, so that refilling needs no fraction.
  private var tokens: Int64
  private var refilled: MonotonicInstant
  /// gRPC peers ping while they receive, to measure the bandwidth: a frame sent allows a ping.
  private var pingsFree = 4
  /// What HTTP/2 stacks send at the start and for each DATA frame (Envoy's formula).
  private var windowUpdatesFree = 100
  /// Browsers send PRIORITY_UPDATE (RFC 9218, 7.1) for their streams, and now and then a type that nobody knows to see it ignored (GREASE).
  private var unknownFree = 100
  /// Trailers and a reset for each stream may cross with its end.
  private var pointlessFree = 100
  /// The first SETTINGS is everyone's duty.
  private var settingsFree = 1
  private(set) var exceeded: AbuseKind?

  private static let unit: Int64 = 1_000_000_000

  init(burst: Int, perSecond: Int, now: MonotonicInstant) {
    self.burst = Int64(burst) * Self.unit
    self.perSecond = Int64(perSecond)
    tokens = self.burst
    refilled = now
  }

  /// A DATA or HEADERS frame was sent.
  @inline(__always)
  mutating func sentFrame(isData: Bool) {
    if pingsFree < 100 { pingsFree += 1 }
    if isData, windowUpdatesFree < 10_000 { windowUpdatesFree += 10 }
  }

  /// A stream was opened: its peer may widen its window, change its priority, and give it up when it has ended already.
  mutating func openedStream() {
    if windowUpdatesFree < 10_000 { windowUpdatesFree += 2 }
    if unknownFree < 1000 { unknownFree += 2 }
    if pointlessFree < 1000 { pointlessFree += 2 }
  }

  /// Counts one event. Once the bucket is empty `exceeded` names the kind that emptied it.
  mutating func count(_ kind: AbuseKind, _ now: MonotonicInstant) {
    switch kind {
    case .ping where pingsFree > 0: pingsFree -= 1
    case .windowUpdate where windowUpdatesFree > 0: windowUpdatesFree -= 1
    case .settings where settingsFree > 0: settingsFree -= 1
    case .unknown where unknownFree > 0: unknownFree -= 1
    case .pointless where pointlessFree > 0: pointlessFree -= 1
    default: take(kind, now)
    }
  }

  private mutating func take(_ kind: AbuseKind, _ now: MonotonicInstant) {
    // A minute's refill is more than any burst; the cap keeps the product within 64 bits.
    let passed = min(now.nanoseconds - refilled.nanoseconds, 60 * Self.unit)
    tokens = min(burst, tokens + passed * perSecond)
    refilled = now
    tokens -= Self.unit
    if tokens < 0, exceeded == nil { exceeded = kind }
  }
}
