import Gateway
import HTTP
import RPC

/// Writes counters in Prometheus' text format (version 0.0.4), under the names of go-grpc-prometheus and OpenTelemetry.
struct PrometheusText {
  private(set) var text = ""

  /// The content type of the format.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private typealias Labels = [(name: String, value: String)]

  // MARK: What is written

  mutating func add(_ methods: [MethodCounters]) {
    func labels(_ method: MethodCounters) -> Labels {
      [("grpc_type", method.type), ("grpc_service", method.service), ("grpc_method", method.method)]
    }
    counter("grpc_server_started_total", "RPCs started.")
    for method in methods { sample("grpc_server_started_total", labels(method), method.started) }
    counter("grpc_server_handled_total", "RPCs ended, by status.")
    for method in methods {
      for code in StatusCode.allCases {
        sample("grpc_server_handled_total", labels(method) + [("grpc_code", Self.name(code))], method.handled[code] ?? 0)
      }
    }
    counter("grpc_server_msg_received_total", "Messages received.")
    for method in methods { sample("grpc_server_msg_received_total", labels(method), method.messagesReceived) }
    counter("grpc_server_msg_sent_total", "Messages sent.")
    for method in methods { sample("grpc_server_msg_sent_total", labels(method), method.messagesSent) }
    head("grpc_server_handling_seconds", "How long RPCs took.", "histogram")
    for method in methods {
      let bounds: [Int64] = MethodCounters.bucketNanosecondsMax
      histogram(
        "grpc_server_handling_seconds", labels(method), zip(bounds, method.buckets).map { ($0, $1) },
        count: method.handled.values.reduce(0, +), nanoseconds: Int64(method.handlingNanoseconds))
    }
  }

  mutating func add(_ routes: [RouteCounters]) {
    head("http_server_request_duration_seconds", "How long answers to REST requests took.", "histogram")
    for route in routes {
      let labels: Labels = [
        ("http_request_method", route.verb.isEmpty ? "_OTHER" : route.verb), ("http_route", route.template),
        ("http_response_status_code", String(route.status)),
      ]
      histogram(
        "http_server_request_duration_seconds", labels, route.buckets.map { ($0.nanosecondsMax, $0.count) }, count: route.count,
        nanoseconds: route.nanoseconds)
    }
  }

  /// - Parameter listeners: By the name that the label `listener` takes.
  mutating func add(_ listeners: [(name: String, counters: HTTPCounters.Snapshot)]) {
    counter("weft_h2_abuse_total", "HTTP/2 connections ended for abuse, by what they did last.")
    for kind in AbuseKind.allCases {
      sample("weft_h2_abuse_total", [("kind", kind.rawValue)], listeners.reduce(0) { $0 + ($1.counters.abuse[kind] ?? 0) })
    }
    head("weft_connections_open", "Connections open now.", "gauge")
    for (name, counters) in listeners { sample("weft_connections_open", [("listener", name)], counters.connectionsOpen) }
    let totals: [(String, String, (HTTPCounters.Snapshot) -> Int)] = [
      ("weft_connections_accepted_total", "Connections accepted.", \.connectionsAccepted),
      ("weft_connections_refused_total", "Connections turned away because there were too many.", \.connectionsRefused),
      ("weft_connections_timed_out_total", "Connections closed because their peer was too slow.", \.connectionsTimedOut),
    ]
    for (metric, help, value) in totals {
      counter(metric, help)
      for (name, counters) in listeners { sample(metric, [("listener", name)], value(counters)) }
    }
  }

  /// - Parameter jobs: Of all processes on the data directory.
  mutating func add(_ jobs: [JobCounts.Count]) {
    head("weft_jobs", "Background jobs that wait or run, in all processes on the data directory.", "gauge")
    for job in jobs {
      sample("weft_jobs", [("kind", job.kind), ("state", "waiting")], job.waiting)
      sample("weft_jobs", [("kind", job.kind), ("state", "running")], job.running)
    }
  }

  // MARK: The format

  /// `NotFound`: as go-grpc-prometheus writes a code.
  private static func name(_ code: StatusCode) -> String {
    code == .ok ? "OK" : "\(code)".split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
  }

  private mutating func counter(_ name: String, _ help: String) { head(name, help, "counter") }

  private mutating func head(_ name: String, _ help: String, _ type: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Int) {
    sample(name, labels, String(value))
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: String) {
    text += name + "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "} " + value + "\n"
  }

  private mutating func histogram(
    _ name: String, _ labels: Labels, _ buckets: [(nanosecondsMax: Int64, count: Int)], count: Int, nanoseconds: Int64
  ) {
    var below = 0
    for bucket in buckets {
      below += bucket.count
      sample(name + "_bucket", labels + [("le", Self.seconds(bucket.nanosecondsMax))], below)
    }
    sample(name + "_bucket", labels + [("le", "+Inf")], count)
    sample(name + "_sum", labels, Self.seconds(nanoseconds))
    sample(name + "_count", labels, count)
  }

  private static func seconds(_ nanoseconds: Int64) -> String { "\(Double(nanoseconds) / 1e9)" }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
