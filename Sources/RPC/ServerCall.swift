public import Logging
public import Net
public import Platform
public import Protobuf

/// One call, as its handler sees it: who calls, what came along, what goes back beside the reply.
///
/// Owned by `loop`: handlers run there, and everything here is to be used there. A handler that another executor has taken elsewhere may read `method`,
/// `loop` and `isCancelled` only; the rest stops the program rather than race.
public class ServerCall: @unchecked Sendable {  // every stored `var` is touched on `loop` only; the accessors assert it
  /// The loop that the call lives on.
  public let loop: EventLoop
  let server: RPCServer
  let entry: MethodTable.Entry

  /// When nobody waits for the answer any more; nil if the client did not say.
  public internal(set) var deadline: Deadline?
  /// Sent before the first reply.
  public var responseMetadata = Metadata()
  /// Sent after the last reply.
  public var trailingMetadata = Metadata()
  /// Which replies go out compressed; to be set before the first. A streaming handler may change it between replies, if the first was not `never`.
  public var replyCompression = ReplyCompression.asRequested

  private var phase = Phase.receiving
  private var handlerEnded = true
  private var deadlineTimer: TimerHandle?
  private var task: Task<Void, Never>?
  private var storedCaller: Caller?
  private var storedMetadata: Metadata?
  private var storedRequestID: String?
  private var messageWaiter: UnsafeContinuation<Void, Never>?
  /// Something came that nobody has looked for since.
  private var messagePending = false
  private var roomWaiter: UnsafeContinuation<Void, Never>?
  private var wakeWaiter: UnsafeContinuation<Void, Never>?
  private var wakePending = false
  private var isEndless = false
  private var hasCaughtUp = false
  private let startedAt: MonotonicInstant
  private var writer = BinaryWriter()
  private var storedAnswerHold: MemoryHold?

  /// What the writer of a call may hold on to between two replies.
  private static let keptWriterBytesMax = 64 * 1024

  private enum Phase {
    case receiving, running, ended
  }

  init(server: RPCServer, entry: MethodTable.Entry, loop: EventLoop) {
    self.server = server
    self.entry = entry
    self.loop = loop
    startedAt = loop.now
    entry.metrics.started()
  }

  /// What the proto says about the RPC.
  public var method: MethodDescriptor { entry.descriptor }

  /// What the client sent along.
  public var metadata: Metadata {
    assertOnLoop()
    if let storedMetadata { return storedMetadata }
    let metadata = receivedMetadata()
    storedMetadata = metadata
    return metadata
  }

  /// The token of `authorization: Bearer …`, for an RPC that is open to anybody and looks itself; nil for another scheme or none.
  public var bearerToken: String? {
    assertOnLoop()
    return BearerToken.parse(receivedText("authorization"))
  }

  /// The client's address, without port. Behind the gateway: the address of the gateway's client.
  public var peer: String { receivedPeer() }

  /// Names this call in logs and in what the client may report: the gateway's id for the request, or one of our own.
  public var requestID: String {
    assertOnLoop()
    if let storedRequestID { return storedRequestID }
    let id = receivedRequestID() ?? server.requestIDs.next()
    storedRequestID = id
    return id
  }

  /// A logger that says which call it is.
  public var logger: Logger {
    var logger = server.logger
    logger[metadataKey: "request_id"] = .string(requestID)
    logger[metadataKey: "rpc"] = .string(method.schema.fullName)
    return logger
  }

  /// Who calls.
  ///
  /// - Throws: UNAUTHENTICATED in an RPC that is open to anybody.
  public func caller() throws(RPCError) -> Caller {
    assertOnLoop()
    guard let storedCaller else { throw RPCError(.unauthenticated, "无效的认证凭据", reason: "INVALID_TOKEN") }
    return storedCaller
  }

  /// Whether nobody waits for the answer any more: the deadline has passed, the client is gone or has cancelled, the server is stopping.
  public var isCancelled: Bool { phase == .ended && !handlerEnded }

  /// The status of the REST answer, instead of what the proto says.
  public func setHTTPStatus(_ status: Int) {
    assertOnLoop()
    responseMetadata.removeAll("weft-http-status")
    responseMetadata.add("weft-http-status", String(status))
  }

  /// A header of the REST answer.
  ///
  /// - Parameter name: A metadata name in lower case, such as `location`.
  public func setHTTPHeader(_ name: String, _ value: String) {
    assertOnLoop()
    responseMetadata.add("weft-http-header-" + name, value)
  }

  /// What the answer holds of the process's memory, from the reading of its rows until it has left: whoever reads for it asks here
  /// for room, and refuses the call, which has changed nothing yet, if there is none.
  public var answerHold: MemoryHold {
    assertOnLoop()
    if let storedAnswerHold { return storedAnswerHold }
    let hold = MemoryHold(server.answerBudget)
    storedAnswerHold = hold
    return hold
  }

  /// Ends the call with UNAVAILABLE as soon as the server drains, instead of letting it finish: for streams that have no end of their own.
  public func endWhenDraining() {
    assertOnLoop()
    isEndless = true
    server.registerEndless(self)
  }

  /// Suspends until `wake()` or the end of the call. A `wake()` that came before is not lost.
  public func sleepUntilWoken() async {
    assertOnLoop()
    guard !wakePending, phase != .ended else {
      wakePending = false
      return
    }
    await withUnsafeContinuation { continuation in
      guard !wakePending, phase != .ended else {
        wakePending = false
        return continuation.resume()
      }
      wakeWaiter = continuation
    }
  }

  /// Suspends for `duration`, on a timer of the loop.
  ///
  /// - Throws: `CancellationError` once nobody waits for the call any more.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    assertOnLoop()
    let end = loop.now + duration
    let timer = loop.schedule(at: end) { [weak self] in self?.wake() }
    defer { loop.cancel(timer) }
    while loop.now < end, phase != .ended { await sleepUntilWoken() }
    if phase == .ended { throw CancellationError() }
  }

  /// Ends `sleepUntilWoken()`. From any thread.
  public func wake() {
    guard loop.inLoop else { return loop.execute { self.wake() } }
    guard let waiter = wakeWaiter else {
      wakePending = true
      return
    }
    wakeWaiter = nil
    waiter.resume()
  }

  // MARK: What a transport provides

  /// Metadata as received, without the names of the protocol.
  func receivedMetadata() -> Metadata { Metadata() }
  /// The first text under a name, without building `metadata`.
  func receivedText(_ name: StaticString) -> String? { nil }
  func receivedPeer() -> String { "" }
  func receivedRequestID() -> String? { nil }
  /// What to answer with instead of running the handler, where a gateway could make no request of what its client sent.
  func receivedError() -> RPCError? { nil }
  /// Hands the next message to `decode` and drops it; for streaming requests.
  func nextMessage(_ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void) throws(RPCError) -> MessageReader.Taken { .end }
  /// Sends one encoded reply.
  func send(_ message: inout BinaryWriter) {}
  /// More waits to be sent than should.
  @usableFromInline var isFull: Bool { false }
  /// Whether the request read last came compressed.
  public var requestWasCompressed: Bool { false }
  /// Sends the status; nothing follows.
  func sendStatus(_ error: RPCError?) {}
  func handlerWillStart() {}
  /// The handler has returned; its slot is free.
  func handlerDidEnd() {}
}

// MARK: - The life of a call

extension ServerCall {
  /// Starts the deadline; called once, when the head of the call is there.
  func begin(timeout: Duration?) {
    guard let timeout else { return }
    let time = loop.now + timeout
    deadline = Deadline(at: time)
    deadlineTimer = loop.schedule(at: time) { [weak self] in
      self?.abandon(.deadlineExceeded)
    }
  }

  /// Whether the checks may run now. If not, because the policy has to learn something first, `retry` is called on the loop later, unless
  /// the call has ended by then.
  func mayAdmit(retry: @escaping @Sendable () -> Void) -> Bool {
    guard !hasCaughtUp, let policy = entry.policy, !policy.isCurrent else { return true }
    // Once is enough: what changes after the call came in need not be known to judge it.
    hasCaughtUp = true
    Task.immediate(executorPreference: loop) {
      do throws(RPCError) {
        try await policy.catchUp(deadline: deadline)
        if !hasEnded { retry() }
      } catch {
        end(error)
      }
    }
    return false
  }

  /// The checks that need no body, in their fixed order: token, disabled account, role, then the rate limits.
  func admit() throws(RPCError) {
    guard let policy = entry.policy else { return }
    if method.access != .public {
      do throws(RPCError) {
        let caller = try policy.authenticate(bearerToken: BearerToken.parse(receivedText("authorization")))
        storedCaller = caller
        try policy.authorize(caller, method)
      } catch {
        throw policy.refuse(self, error)
      }
    }
    try policy.admit(self)
  }

  /// The answer to a message that breaks the rules of the proto; nil if it keeps them.
  func validate(_ payload: UnsafeRawBufferPointer) -> RPCError? {
    let violations = method.schema.input.validate(wire: payload)
    guard !violations.isEmpty else { return nil }
    return entry.policy?.invalidArgument(violations) ?? RPCError(invalid: violations)
  }

  /// Decodes and validates the only request; what is left is to start the handler.
  ///
  /// - Throws: INVALID_ARGUMENT for what cannot be read or breaks the rules of the proto.
  func read(single payload: UnsafeRawBufferPointer) throws(RPCError) -> ServerMethod.Run {
    guard case .single(let decode) = entry.method.handler else { preconditionFailure("\(method.path) streams its requests") }
    entry.metrics.received()
    if let error = receivedError() { throw error }
    // Decoding first: a message that cannot be read has no fields to be judged.
    let run: ServerMethod.Run
    do throws(WireError) { run = try decode(payload) } catch { throw RPCError(malformed: error) }
    if let invalid = validate(payload) { throw invalid }
    return run
  }

  /// Starts the handler on the loop, at once; one that completes without suspending has answered when this returns.
  func start(_ run: @escaping ServerMethod.Run) {
    guard phase == .receiving else { return }
    phase = .running
    handlerEnded = false
    handlerWillStart()
    let task = Task.immediate(executorPreference: loop) { await self.perform(run) }
    if !handlerEnded { self.task = task }
  }

  private func perform(_ run: @escaping ServerMethod.Run) async {
    do {
      if server.interceptors.isEmpty {
        try await run(self)
      } else {
        try await intercepted(by: server.interceptors[...], run)
      }
      end(nil)
    } catch {
      end(answer(to: error))
    }
    handlerEnded = true
    task = nil
    handlerDidEnd()
  }

  private func intercepted(by interceptors: ArraySlice<any ServerInterceptor>, _ run: @escaping ServerMethod.Run) async throws {
    guard let first = interceptors.first else { return try await run(self) }
    try await first.intercept(self) { call in try await call.intercepted(by: interceptors.dropFirst(), run) }
  }

  /// Ends the call with its status, unless it has ended already.
  func end(_ error: RPCError?) {
    guard phase != .ended else { return }
    close(error?.code ?? .ok)
    sendStatus(error)
  }

  /// Ends the call over the head of its handler: answers, then cancels the handler and wakes it wherever it waits here.
  func abandon(_ error: RPCError) {
    guard phase != .ended else { return }
    end(error)
    cancelHandler()
  }

  /// The client is gone: nothing can be sent any more.
  func lost() {
    guard phase != .ended else { return }
    close(.cancelled)
    cancelHandler()
  }

  private func close(_ code: StatusCode) {
    phase = .ended
    if isEndless { server.forgetEndless(self) }
    if let deadlineTimer { loop.cancel(deadlineTimer) }
    deadlineTimer = nil
    entry.metrics.handled(code, nanoseconds: (loop.now - startedAt).wholeNanoseconds)
    if server.logsCalls {
      server.logger.debug("call", metadata: ["request_id": "\(requestID)", "rpc": "\(method.schema.fullName)", "code": "\(code)"])
    }
  }

  private func cancelHandler() {
    task?.cancel()
    messageArrived()
    roomAvailable()
    wakePending = true
    if let waiter = wakeWaiter {
      wakeWaiter = nil
      waiter.resume()
    }
  }

  /// The one door to the network for errors: what has no code gets a bare INTERNAL, and the log learns the cause.
  private func answer(to error: any Error) -> RPCError {
    switch error {
    case let error as RPCError: return error
    case let error as any RPCErrorConvertible: return error.rpcError
    case is CancellationError: return RPCError(.cancelled, "调用已取消")
    default:
      logger.error("handler failed", metadata: ["error": "\(error)"])
      return RPCError(.internalError, "服务器内部错误")
    }
  }

  func assertOnLoop() {
    precondition(loop.inLoop, "a call belongs to its loop")
  }

  var hasEnded: Bool { phase == .ended }
}

// MARK: - What streams and generated code use

extension ServerCall {
  /// Sends one reply.
  @inlinable
  func write<Reply: Message>(_ reply: Reply) {
    sendReply { reply.encode(to: &$0) }
  }

  @usableFromInline
  func sendReply(_ encode: (inout BinaryWriter) -> Void) {
    assertOnLoop()
    guard phase != .ended else { return }
    entry.metrics.sent()
    // One writer serves all replies of a stream, unless a large one has made it large.
    writer.reset()
    encode(&writer)
    let isLarge = writer.count > ServerCall.keptWriterBytesMax
    // Not refused here: what the call did may have changed something, and is to be told.
    if isLarge { answerHold.set(to: writer.count) } else { storedAnswerHold?.set(to: 0) }
    send(&writer)
    if isLarge { writer = BinaryWriter() }
  }

  /// - Throws: `CancellationError` once the call has ended.
  @usableFromInline
  func checkWritable() throws(CancellationError) {
    assertOnLoop()
    if phase == .ended { throw CancellationError() }
  }

  /// Takes the next request, if one is there, and lets `decode` read it.
  @usableFromInline
  func takeMessage(_ decode: (UnsafeRawBufferPointer) throws(WireError) -> Void) throws -> MessageReader.Taken {
    assertOnLoop()
    if phase == .ended { throw CancellationError() }
    messagePending = false
    return try nextMessage { (payload: UnsafeRawBufferPointer) throws(RPCError) in
      entry.metrics.received()
      do throws(WireError) { try decode(payload) } catch { throw RPCError(malformed: error) }
      if let invalid = validate(payload) { throw invalid }
    }
  }

  /// Suspends until a request, the end of the requests, or the end of the call.
  ///
  /// An optimised task may be put back into the loop's row on its way in here, so what came since it looked is looked at again.
  @usableFromInline
  nonisolated(nonsending) func waitForMessage() async {
    precondition(messageWaiter == nil, "two tasks read the requests of one call")
    await withUnsafeContinuation { continuation in
      if messagePending || phase == .ended { continuation.resume() } else { messageWaiter = continuation }
    }
  }

  /// Suspends until what waits to be sent has fallen below the low-water mark, or the end of the call; looks again as `waitForMessage` does.
  @usableFromInline
  nonisolated(nonsending) func waitForRoom() async {
    precondition(roomWaiter == nil, "two tasks write the replies of one call")
    await withUnsafeContinuation { continuation in
      if isFull, phase != .ended { roomWaiter = continuation } else { continuation.resume() }
    }
  }

  func messageArrived() {
    messagePending = true
    guard let waiter = messageWaiter else { return }
    messageWaiter = nil
    waiter.resume()
  }

  func roomAvailable() {
    guard let waiter = roomWaiter else { return }
    roomWaiter = nil
    waiter.resume()
  }
}

/// The metadata `authorization` (RFC 6750, section 2.1).
enum BearerToken {
  /// What follows `Bearer `; nil for another scheme or none.
  static func parse(_ authorization: String?) -> String? {
    guard let authorization else { return nil }
    let scheme = "bearer "
    guard authorization.utf8.count > scheme.utf8.count else { return nil }
    guard zip(authorization.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
    return String(authorization.utf8.dropFirst(scheme.utf8.count))
  }
}
