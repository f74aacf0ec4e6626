import HTTP
import Platform
import Protobuf
import RPC

/// What an exchange answers.
extension RESTExchange {
  func answer(_ reply: RPCReply, of route: RESTRoute) {
    guard state != .answered else { return }
    var status = route.method.successStatus
    var headers = answerHead(of: route)
    HTTPMetadata.apply(reply.metadata, status: &status, headers: &headers)
    if status == 204 || status == 304 || status < 200 {
      headers.remove("content-type")
      return send(status, headers, [])
    }
    guard holdAnswer(reply.message.count) else { return failForLackOfRoom() }
    do {
      let body = try ReplyWriter.write(reply.message, of: route, wallMicroseconds: { gateway.time.wallMicroseconds }, headers: &headers)
      answerHold?.set(to: body.count)
      // A redirection says where; it is nothing itself.
      if body.isEmpty, status < 400, status >= 300 { headers.remove("content-type") }
      send(status, headers, body)
    } catch {
      gateway.logger.error(
        "a reply cannot be written as JSON",
        metadata: ["request_id": "\(requestID)", "rpc": "\(route.method.schema.fullName)", "error": "\(error)"])
      fail(RPCError(.internalError, "服务器内部错误"))
    }
  }

  /// - Returns: False if answers under way hold so much that this one is not to be made. What has changed something is told in any case.
  private func holdAnswer(_ count: Int) -> Bool {
    guard count > MemoryBudget.freeBytes else { return true }
    let hold = MemoryHold(gateway.options.answerBudget)
    guard hold.grew(to: count) || stream.request.method != .get && stream.request.method != .head else { return false }
    hold.set(to: count)
    answerHold = hold
    return true
  }

  func answerHead(of route: RESTRoute?) -> Headers {
    route?.method.isPage == true
      ? gateway.heads.page(stream.request, requestID: requestID) : gateway.heads.json(stream.request, requestID: requestID)
  }

  func fail(_ error: RPCError, allow: String? = nil) {
    guard state != .answered else { return }
    let application = route?.method.application ?? (style == .envelope ? StatusMapping.coWriting : "")
    var status = StatusMapping.httpStatus(of: error, application: application)
    // RFC 6749, section 5.2, knows no 422.
    if style == .oauth, status == 422 { status = 400 }
    var headers = answerHead(of: route)
    HTTPMetadata.apply(error.metadata, status: &status, headers: &headers)
    let (contentType, body) = ErrorRenderer.render(error, status: status, style: style, wallMicroseconds: gateway.time.wallMicroseconds)
    if style == .problem { headers.set("content-type", contentType) }
    if style == .oauth, !headers.contains("cache-control") { headers.append("cache-control", "no-store") }
    if let allow { headers.append("allow", allow) }
    // RFC 6750, section 3, where the handler names no other scheme.
    if status == 401, !headers.contains("www-authenticate") { headers.append("www-authenticate", "Bearer") }
    if let retryAfter = error.retryAfter { headers.append("retry-after", Self.wholeSeconds(retryAfter)) }
    send(status, headers, body)
  }

  func failForLackOfRoom() {
    body = []
    hold = nil
    fail(.lackOfRoom)
  }

  /// A body beyond its ceiling: 413.
  func tooLarge(_ size: Int) -> RPCError {
    RPCError(
      .resourceExhausted, route?.method.tooLargeText ?? "请求体过大：\(size)字节，超过上限\(bodyBytesMax)字节",
      reason: StatusMapping.Reason.tooLarge, domain: StatusMapping.Reason.domain)
  }

  func failTooLarge(size: Int) {
    body = []
    fail(tooLarge(size))
  }

  /// Rounded up: who waits as long as told finds the door open.
  private static func wholeSeconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return String(seconds < 0 ? 0 : attoseconds > 0 && seconds < .max ? seconds + 1 : seconds)
  }

  /// Whether a path is one that browsers navigate to: no script of another origin has business there (RFC 9700, section 2.6).
  private var isPathOfPage: Bool {
    stream.request.withPathBytes { raw in
      let path = raw.assumingMemoryBound(to: UInt8.self).span.extracting(0..<pathCount)
      for method in ["GET", "POST"] {
        if case .found(.rpc(let route), _) = gateway.routes.find(method: method, path: path), route.method.isPage { return true }
      }
      return false
    }
  }

  func answerOptions(allow: String) {
    let isPage = isPathOfPage
    var headers = gateway.heads.plain(stream.request, requestID: requestID, isShared: !isPage)
    headers.append("allow", allow)
    if !isPage, stream.request.headers.contains("access-control-request-method") {
      gateway.heads.addPreflight(stream.request, methods: allow, to: &headers)
    }
    send(204, headers, [])
  }

  func answerHealth() {
    let headers = gateway.heads.json(stream.request, requestID: requestID)
    guard gateway.isReady() else { return send(503, headers, Array(#"{"status":"draining"}"#.utf8)) }
    // A gateway that cannot reach its server is of no use to whoever asks; a load balancer is to take another one.
    let upstream = gateway.upstream()
    guard upstream == .serving else {
      return send(503, headers, Array(#"{"status":"unavailable","upstream":"\#(upstream.rawValue)"}"#.utf8))
    }
    send(200, headers, Array(#"{"status":"ok"}"#.utf8))
  }

  func answer(_ page: StaticPage) {
    var headers = gateway.heads.plain(stream.request, requestID: requestID)
    headers.append("etag", page.entityTag)
    headers.append("cache-control", "no-cache")
    // RFC 9110, section 13.1.2; our tags hold no comma.
    if let known = stream.request.headers["if-none-match"], known == "*" || known.contains(page.entityTag) {
      return send(304, headers, [])
    }
    headers.append("content-type", page.contentType)
    if let policy = page.contentSecurityPolicy { headers.append("content-security-policy", policy) }
    send(page.status, headers, page.body)
  }

  func count(_ status: Int) {
    (route?.metrics ?? gateway.unrouted).answered(status, nanoseconds: MonotonicInstant.now().nanoseconds - began.nanoseconds)
  }

  private func send(_ status: Int, _ headers: Headers, _ body: [UInt8]) {
    state = .answered
    count(status)
    stream.respond(ResponseHead(status: status, headers: headers), body: body)
  }
}
