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
  let began: MonotonicInstant
  var state = State.collecting
  var requestID = ""
  var style = ErrorStyle.detail
  var route: RESTRoute?
  private var segments: [Range<Int>] = []
  var pathCount = 0
  var body: [UInt8] = []
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
      fail(RPCError(.notFound, textOfNoRoute, reason: StatusMapping.Reason.routeNotFound, domain: StatusMapping.Reason.domain))
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

  /// What is said of a path that leads nowhere: that of a version which there is not hears of those that there are.
  private var textOfNoRoute: String {
    guard style == .envelope || style == .problem, !gateway.versions.isEmpty else { return "接口不存在" }
    let named = stream.request.withPathBytes { raw in
      ErrorStyle.version(inPath: raw.assumingMemoryBound(to: UInt8.self).span.extracting(0..<pathCount))
    }
    guard let named, !gateway.versions.contains(named) else { return "接口不存在" }
    return "没有接口版本v\(named.prefix(20))，可用的版本：" + gateway.versions.map { "v" + $0 }.joined(separator: "、")
  }

  private func begin(_ route: RESTRoute, _ segments: [Range<Int>]) {
    self.route = route
    self.segments = segments
    if let version = route.version, case let accepted = AcceptedVersion(stream.request.headers), !accepted.allows(version) {
      let text = "不支持Accept所要求的接口版本，该接口的版本是\(version)（Accept: application/vnd.api+json;version=\(version)）"
      return fail(
        RPCError(.invalidArgument, text, reason: StatusMapping.Reason.notAcceptable, domain: StatusMapping.Reason.domain))
    }
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
}
