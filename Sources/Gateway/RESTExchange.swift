import HTTP
import Net
import Platform
import Protobuf
import RPC

/// One request of the REST face and its answer.
///
/// Confined to the loop of its stream (hence `@unchecked Sendable`: the task that calls the RPC prefers that loop and touches this from nowhere else).
final class RESTExchange: HTTPStreamOwner, @unchecked Sendable {
  enum State {
    /// The body is being received.
    case collecting
    /// The body is going into a call, or will when that was admitted.
    case uploading
    /// The RPC is being called.
    case invoking
    /// The head of a download was sent, its bytes follow.
    case streaming
    /// Everything was sent, or nobody is there to send it to.
    case answered
  }

  let gateway: RESTGateway
  let stream: HTTPStream
  private let began: MonotonicInstant
  var state = State.collecting
  var requestID = ""
  private var style = ErrorStyle.detail
  private var route: RESTRoute?
  private var segments: [Range<Int>] = []
  private var pathCount = 0
  private var body: [UInt8] = []
  /// What a large body holds of the process's budget, while it has not come whole.
  var hold: MemoryHold?
  /// What a large answer holds of the process's budget, until it has left.
  var answerHold: MemoryHold?
  /// Bytes of a body that the request is made without.
  private var droppedCount = 0
  var task: Task<Void, Never>?
  /// Of an upload: what carries the body into the call.
  var pump: UploadPump?
  /// Ends an exchange whose handler takes too long to say anything.
  var answerTimer: TimerHandle?
  /// Of a download: what waits until the client has taken more, and what the head promised.
  var roomWaiter: UnsafeContinuation<Void, Never>?
  var bytesDeclared: Int?

  /// Ceiling of what of a body is received only to be dropped: of a request that takes none, or that was answered early.
  private static let unusedBodyBytesMax = 1 << 20

  init(gateway: RESTGateway, stream: HTTPStream) {
    self.gateway = gateway
    self.stream = stream
    began = stream.loop.now
  }

  // MARK: The head

  /// Finds out what is asked, and answers at once where that needs no body.
  func begin() {
    let request = stream.request
    // A client that waits for leave to send its body gets it when the body is wanted, and a refusal before.
    stream.defersContinue = true
    stream.drainsAfterAnswer = true
    requestID = chooseRequestID()
    let method = request.method.name
    let lookup = request.withPathBytes { raw in
      let target = raw.assumingMemoryBound(to: UInt8.self).span
      pathCount = Self.pathCount(of: target)
      let path = target.extracting(0..<pathCount)
      style = ErrorStyle(path: path)
      if pathCount == 1 && path[0] == UInt8(ascii: "*") {
        return RouteTable<RESTGateway.Target>.Lookup.methodNotAllowed(allow: gateway.routes.allMethods)
      }
      return gateway.routes.find(method: method, path: path)
    }
    if acceptsProblemDetails(request.headers) { style = .problem }
    switch lookup {
    case .notFound:
      fail(RPCError(.notFound, "接口不存在", reason: StatusMapping.Reason.routeNotFound, domain: StatusMapping.Reason.domain))
    case .methodNotAllowed(let allow):
      if request.method == .options {
        answerOptions(allow: allow)
      } else {
        fail(
          RPCError(.unimplemented, "不支持的请求方法", reason: StatusMapping.Reason.methodNotAllowed, domain: StatusMapping.Reason.domain),
          allow: allow)
      }
    case .found(.rpc(let route), let segments):
      begin(route, segments)
    case .found(.page(let page), _):
      answer(page)
    case .found(.health, _):
      answerHealth()
    case .found(.noPage, _):
      fail(RPCError(.unavailable, "接口文档页面的文件尚未下载，请在服务器上运行 make setup", reason: "DOCS_NOT_INSTALLED", domain: StatusMapping.Reason.domain))
    }
  }

  private func begin(_ route: RESTRoute, _ segments: [Range<Int>]) {
    self.route = route
    self.segments = segments
    guard variablesAreText(route, segments) else {
      return fail(RPCError(.notFound, "接口不存在", reason: StatusMapping.Reason.routeNotFound, domain: StatusMapping.Reason.domain))
    }
    if let declared = stream.declaredLength, declared > bodyBytesMax {
      return failTooLarge(size: declared)
    }
    if case .upload(let upload) = route.kind { return beginUpload(route, upload) }
    guard !stream.inboundEnded else { return }
    stream.inboundIdleTimeout = gateway.options.bodyIdleTimeout
    if let declared = stream.declaredLength, takesBody { body.reserveCapacity(declared) }
    stream.continue100()
  }

  /// Whether every variable of the path is text: what is not can name nothing, so there is no such path.
  private func variablesAreText(_ route: RESTRoute, _ segments: [Range<Int>]) -> Bool {
    guard !route.variables.isEmpty else { return true }
    return stream.request.withPathBytes { raw in
      let path = raw.assumingMemoryBound(to: UInt8.self).span
      return route.variables.allSatisfy { PathVariables.decode($0, path: path, segments: segments) != nil }
    }
  }

  private func chooseRequestID() -> String {
    if let offered = stream.request.headers["x-request-id"], RequestIDs.isSane(offered) { return offered }
    return gateway.requestIDs.next()
  }

  /// Where the query begins, or the end.
  private static func pathCount(of target: Span<UInt8>) -> Int {
    for index in 0..<target.count where target[index] == UInt8(ascii: "?") { return index }
    return target.count
  }

  private var takesBody: Bool {
    guard let route else { return false }
    if case .none = route.body { return false }
    return true
  }

  var bodyBytesMax: Int {
    guard let route, takesBody else { return Self.unusedBodyBytesMax }
    return route.bodyBytesMax
  }

  // MARK: The body

  func streamChanged(_ stream: HTTPStream) {
    if state == .uploading {
      pump?.wake()
      return
    }
    guard state == .collecting else {
      // Answered early: what still comes is dropped, so that the connection can go on or the client can finish writing.
      stream.consume(stream.inbound.count)
      return
    }
    let arrived = stream.inbound.count
    let size = body.count + droppedCount + arrived
    guard size <= bodyBytesMax else { return failTooLarge(size: size) }
    guard takesBody else {
      droppedCount += arrived
      stream.consume(arrived)
      if stream.inboundEnded { invoke(makeRequest(UnsafeRawBufferPointer(start: nil, count: 0))) }
      return
    }
    if stream.inboundEnded, body.isEmpty {
      // The usual case: everything came with the head, and is read where it lies.
      let request = stream.inbound.withUnsafeBytes { makeRequest($0) }
      stream.consume(arrived)
      return invoke(request)
    }
    stream.inbound.withUnsafeBytes { body.append(contentsOf: $0) }
    stream.consume(arrived)
    let hold = hold ?? MemoryHold(gateway.options.receiveBudget)
    self.hold = hold
    guard hold.grew(to: body.count) else { return failForLackOfRoom() }
    if stream.inboundEnded {
      let request = body.withUnsafeBytes { makeRequest($0) }
      body = []
      self.hold = nil
      invoke(request)
    }
  }

  func streamWritable(_ stream: HTTPStream) {
    roomAvailable()
  }

  func streamStalled(_ stream: HTTPStream) -> Bool {
    guard state == .collecting || state == .uploading else { return false }
    task?.cancel()
    fail(RPCError(.deadlineExceeded, "请求超时", reason: StatusMapping.Reason.bodyStalled, domain: StatusMapping.Reason.domain))
    return true
  }

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    state = .answered
    body = []
    (hold, answerHold) = (nil, nil)
    // The client is gone; its call is not to go on without it.
    task?.cancel()
    task = nil
    pump?.stop()
    roomAvailable()
  }

  /// The task of an upload or download has done its work.
  func endTransfer() {
    endAnswerTimer()
    pump?.stop()
    pump = nil
    (hold, answerHold) = (nil, nil)
    task = nil
    stream.handlerDidEnd()
  }

  func endAnswerTimer() {
    if let answerTimer { stream.loop.cancel(answerTimer) }
    answerTimer = nil
  }

  func makeRequest(_ body: UnsafeRawBufferPointer) -> Result<[UInt8], RPCError> {
    // Only routed requests get here.
    guard let route else { return .success([]) }
    return stream.request.withPathBytes { raw in
      let target = raw.assumingMemoryBound(to: UInt8.self).span
      let binder = RequestBinder(route: route)
      do throws(RPCError) {
        return .success(
          try binder.bind(
            path: target.extracting(0..<pathCount), segments: segments,
            query: target.extracting(min(pathCount + 1, target.count)..<target.count),
            contentType: takesBody && !body.isEmpty ? stream.request.headers["content-type"] : nil, body: body,
            header: { Self.value(of: $0, in: stream.request.headers) }))
      } catch {
        return .failure(error)
      }
    }
  }

  /// All lines of a field as one value: HTTP/2 clients send each cookie in a line of its own (RFC 9113, section 8.2.3).
  private static func value(of name: String, in headers: Headers) -> String? {
    let lines = headers.values(name)
    return lines.isEmpty ? nil : lines.joined(separator: name == "cookie" ? "; " : ", ")
  }

  // MARK: The call

  private func invoke(_ request: Result<[UInt8], RPCError>) {
    guard state == .collecting, let route else { return }
    state = .invoking
    stream.handlerDidStart()
    let task = Task.immediate(executorPreference: stream.loop) { await self.call(route, request) }
    if state == .invoking { self.task = task }
  }

  private func call(_ route: RESTRoute, _ request: Result<[UInt8], RPCError>) async {
    if case .download = route.kind { return await download(route, request) }
    do throws(RPCError) {
      let reply = try await gateway.invoker.unary(
        route.method, request: request, metadata: metadata(for: route), context: context(timeout: gateway.options.timeout))
      answer(reply, of: route)
    } catch {
      fail(error)
    }
    task = nil
    stream.handlerDidEnd()
  }

  /// What goes along with the request.
  func metadata(for route: RESTRoute) -> Metadata {
    let head = stream.request
    var metadata = Metadata()
    if let authorization = head.headers["authorization"] { metadata.add("authorization", authorization) }
    if let parent = head.headers["traceparent"] { metadata.add("traceparent", parent) }
    // Whoever signs in is remembered by what they use; every other call does without.
    if route.method.access == .public, let agent = head.headers["user-agent"] { metadata.add("weft-user-agent", agent) }
    return metadata
  }

  func context(timeout: Duration) -> InvocationContext {
    InvocationContext(
      loop: stream.loop, peer: gateway.clientAddress.resolve(stream.request), requestID: requestID, timeout: timeout)
  }

  // MARK: Answers

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

  private func failForLackOfRoom() {
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

  private func failTooLarge(size: Int) {
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

  private func answerOptions(allow: String) {
    let isPage = isPathOfPage
    var headers = gateway.heads.plain(stream.request, requestID: requestID, isShared: !isPage)
    headers.append("allow", allow)
    if !isPage, stream.request.headers.contains("access-control-request-method") {
      gateway.heads.addPreflight(stream.request, methods: allow, to: &headers)
    }
    send(204, headers, [])
  }

  private func answerHealth() {
    let headers = gateway.heads.json(stream.request, requestID: requestID)
    guard gateway.isReady() else { return send(503, headers, Array(#"{"status":"draining"}"#.utf8)) }
    // A gateway that cannot reach its server is of no use to whoever asks; a load balancer is to take another one.
    let upstream = gateway.upstream()
    guard upstream == .serving else {
      return send(503, headers, Array(#"{"status":"unavailable","upstream":"\#(upstream.rawValue)"}"#.utf8))
    }
    send(200, headers, Array(#"{"status":"ok"}"#.utf8))
  }

  private func answer(_ page: StaticPage) {
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
