import HTTP

/// `GET /metrics`, and nothing else: served on a listener of its own, since it is not for strangers.
final class MetricsHandler: HTTPHandler {
  private let page: @Sendable () -> String

  /// - Parameter page: Called on any loop.
  init(_ page: @escaping @Sendable () -> String) {
    self.page = page
  }

  func accept(_ stream: HTTPStream) -> any HTTPStreamOwner {
    let isFound = stream.request.path == "/metrics" || stream.request.path.hasPrefix("/metrics?")
    if !isFound {
      answer(stream, 404, "not found\n")
    } else if stream.request.method == .get || stream.request.method == .head {
      answer(stream, 200, page(), type: PrometheusText.contentType)
    } else {
      answer(stream, 405, "only GET\n")
    }
    return Silence()
  }

  private func answer(_ stream: HTTPStream, _ status: Int, _ text: String, type: String = "text/plain; charset=utf-8") {
    var headers: Headers = ["cache-control": "no-store", "x-content-type-options": "nosniff"]
    headers.append("content-type", type)
    if status == 405 { headers.append("allow", "GET, HEAD") }
    stream.respond(ResponseHead(status: status, headers: headers), body: Array(text.utf8))
  }

  /// Everything was answered; what still comes is dropped.
  private final class Silence: HTTPStreamOwner {
    func streamChanged(_ stream: HTTPStream) { stream.consume(stream.inbound.count) }
    func streamWritable(_ stream: HTTPStream) {}
    func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {}
  }
}
