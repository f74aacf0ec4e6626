import Protobuf
import Synchronization

/// What is counted for one RPC, under the names that Prometheus users know: `grpc_server_started_total`, `grpc_server_handled_total`,
/// `grpc_server_msg_received_total`, `grpc_server_msg_sent_total`, `grpc_server_handling_seconds`.
final class MethodMetrics: Sendable {
  /// Upper bounds of the histogram's buckets in nanoseconds: 5 ms to 10 s, Prometheus' default ones.
  static let bounds: [Int64] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000].map { $0 * 1_000_000 }

  let type: String
  let service: String
  let method: String

  private let startedTotal = Atomic<Int>(0)
  private let receivedTotal = Atomic<Int>(0)
  private let sentTotal = Atomic<Int>(0)
  private let nanosecondsTotal = Atomic<Int>(0)
  private let handledTotals: [Counter]
  private let buckets: [Counter]

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  init(_ descriptor: MethodDescriptor) {
    type =
      switch (descriptor.schema.clientStreaming, descriptor.schema.serverStreaming) {
      case (false, false): "unary"
      case (true, false): "client_stream"
      case (false, true): "server_stream"
      case (true, true): "bidi_stream"
      }
    service = descriptor.service.fullName
    method = descriptor.schema.name
    handledTotals = StatusCode.allCases.map { _ in Counter() }
    buckets = MethodMetrics.bounds.map { _ in Counter() }
  }

  func started() { startedTotal.add(1, ordering: .relaxed) }
  func received() { receivedTotal.add(1, ordering: .relaxed) }
  func sent() { sentTotal.add(1, ordering: .relaxed) }

  func handled(_ code: StatusCode, nanoseconds: Int64) {
    handledTotals[code.rawValue].value.add(1, ordering: .relaxed)
    nanosecondsTotal.add(Int(nanoseconds), ordering: .relaxed)
    if let bucket = MethodMetrics.bounds.firstIndex(where: { nanoseconds <= $0 }) {
      buckets[bucket].value.add(1, ordering: .relaxed)
    }
  }

  /// The counters as they stand.
  func snapshot() -> MethodCounters {
    MethodCounters(
      type: type, service: service, method: method,
      started: startedTotal.load(ordering: .relaxed),
      handled: Dictionary(
        uniqueKeysWithValues: StatusCode.allCases.map { ($0, handledTotals[$0.rawValue].value.load(ordering: .relaxed)) }),
      messagesReceived: receivedTotal.load(ordering: .relaxed),
      messagesSent: sentTotal.load(ordering: .relaxed),
      handlingNanoseconds: nanosecondsTotal.load(ordering: .relaxed),
      buckets: buckets.map { $0.value.load(ordering: .relaxed) })
  }
}

/// The counters of one RPC at one moment.
public struct MethodCounters: Sendable {
  /// `unary`, `client_stream`, `server_stream` or `bidi_stream`.
  public let type: String
  /// Full name of the service.
  public let service: String
  /// Name of the RPC in it.
  public let method: String
  public let started: Int
  /// Ended calls by code.
  public let handled: [StatusCode: Int]
  public let messagesReceived: Int
  public let messagesSent: Int
  /// Sum over all ended calls.
  public let handlingNanoseconds: Int
  /// The bounds of `buckets`.
  public static let bucketNanosecondsMax = MethodMetrics.bounds
  /// Ended calls by time taken, at most 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000 ms; slower ones are in none.
  public let buckets: [Int]
}
