public import Logging
internal import Platform
internal import Synchronization

/// HTTP and SMTP out: every call to somebody else's server goes through here.
///
/// Threads of its own do the work; callers only wait, so calling it from an event loop is right. Certificates are always
/// verified, proxies of the environment are not used.
public final class OutboundClient: Sendable {
  /// Each starts with its first transfer: a process that sends no mail has no threads for it.
  private struct Threads {
    var http: TransferThread?
    var mail: MailPool?
    var isClosed = false
  }

  private let options: OutboundOptions
  private let threads = Mutex(Threads())
  private let logger: Logger

  public init(options: OutboundOptions = OutboundOptions(), logger: Logger) {
    precondition(Self.isLibraryReady, "libcurl cannot be initialised")
    self.options = options
    self.logger = logger
  }

  /// Sends a request and returns the answer, whatever its status.
  public func http(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
    let url = try Self.check(request)
    return try await perform(request, url).get()
  }

  /// Sends a request that no task waits for.
  ///
  /// - Parameter whenDone: Called once, by the client's thread or this one, and must not block.
  @discardableResult
  public func start(
    _ request: OutboundRequest, whenDone: @escaping @Sendable (Result<OutboundResponse, OutboundError>) -> Void
  ) -> OutboundCall? {
    let url: OutboundURL
    do throws(OutboundError) {
      url = try Self.check(request)
    } catch {
      whenDone(.failure(error))
      return nil
    }
    guard let thread = transferThread() else {
      whenDone(.failure(.closed))
      return nil
    }
    let transfer = Transfer(request, url, stream: nil, whenDone: logging(request, url, whenDone))
    thread.submit(transfer)
    return OutboundCall(transfer, thread)
  }

  /// Sends a request and returns as soon as the head of the answer is there; its body is read piece by piece, and what has been
  /// read ahead is bounded. The request's `timeout` bounds the time without a byte; `bodyBytesMax` does not count.
  public func stream(_ request: OutboundRequest) async throws(OutboundError) -> OutboundStream {
    let url = try Self.check(request)
    guard let thread = transferThread() else { throw .closed }
    let buffer = StreamBuffer()
    let transfer = Transfer(request, url, stream: buffer, whenDone: logging(request, url) { buffer.end($0) })
    let call = OutboundCall(transfer, thread)
    thread.submit(transfer)
    let head = await withTaskCancellationHandler {
      await buffer.head()
    } onCancel: {
      call.cancel()
    }
    let (status, headers) = try head.get()
    return OutboundStream(status: status, headers: headers, buffer: buffer, call: call)
  }

  /// Hands a mail to its server; returns once that has taken it.
  public func mail(_ mail: OutboundMail) async throws(OutboundError) {
    guard [mail.from, mail.to].allSatisfy(Self.isEnvelopeAddress) else { throw .unusable("an address that is none") }
    guard Self.isOneLine(mail.server.host), !mail.server.host.isEmpty, (1...65_535).contains(mail.server.port) else {
      throw .unusable("a mail server that is none")
    }
    guard let pool = mailPool() else { throw .closed }
    if let failure = await pool.send(mail) { throw failure }
  }

  /// Takes nothing more, refuses what waits, gives what is under way a moment and ends the threads. May be called more than once.
  public func close(grace: Duration = .seconds(5)) async {
    let (http, mail) = threads.withLock { threads in
      threads.isClosed = true
      return (threads.http, threads.mail)
    }
    async let first: Void? = http?.close(grace: grace)
    async let second: Void? = mail?.close(grace: grace)
    _ = await (first, second)
  }

  private func transferThread() -> TransferThread? {
    threads.withLock { threads in
      if threads.isClosed { return nil }
      let thread = threads.http ?? TransferThread(options: options)
      threads.http = thread
      return thread
    }
  }

  private func mailPool() -> MailPool? {
    threads.withLock { threads in
      if threads.isClosed { return nil }
      let pool = threads.mail ?? MailPool(options: options)
      threads.mail = pool
      return pool
    }
  }

  private static func check(_ request: OutboundRequest) throws(OutboundError) -> OutboundURL {
    guard let url = OutboundURL(request.url), url.scheme == "http" || url.scheme == "https" else {
      throw .unusable("not an http or https URL")
    }
    guard url.user == nil, url.password == nil else { throw .unusable("user and password do not belong into a URL") }
    guard request.headers.allSatisfy({ isToken($0.name) && isOneLine($0.value) }) else {
      throw .unusable("a header that is not one line")
    }
    return url
  }

  private func perform(_ request: OutboundRequest, _ url: OutboundURL) async -> Transfer.Answer {
    guard let thread = transferThread() else { return .failure(.closed) }
    let answer = OneAnswer()
    let transfer = Transfer(request, url, stream: nil, whenDone: logging(request, url) { answer.give($0) })
    return await withTaskCancellationHandler {
      thread.submit(transfer)
      return await answer.value()
    } onCancel: {
      transfer.cancel()
      thread.wake()
    }
  }

  private func logging(
    _ request: OutboundRequest, _ url: OutboundURL, _ whenDone: @escaping @Sendable (Transfer.Answer) -> Void
  ) -> @Sendable (Transfer.Answer) -> Void {
    let start = MonotonicInstant.now()
    let (method, host) = (request.method.rawValue, url.authority)
    return { [logger] answer in
      logger.debug(
        "request",
        metadata: [
          "method": "\(method)", "host": "\(host)", "answer": "\(Self.summary(answer))",
          "ms": "\((MonotonicInstant.now() - start).wholeNanoseconds / 1_000_000)",
        ])
      whenDone(answer)
    }
  }

  private static func summary(_ answer: Transfer.Answer) -> String {
    switch answer {
    case .success(let response): "\(response.status)"
    case .failure(let error): "\(error)"
    }
  }

  /// RFC 9110, section 5.6.2.
  private static func isToken(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
  }

  private static func isOneLine(_ value: String) -> Bool { value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

  /// Nothing that could end the angle brackets or the line it is put into.
  private static func isEnvelopeAddress(_ address: String) -> Bool {
    (3...254).contains(address.utf8.count) && address.utf8.contains(UInt8(ascii: "@"))
      && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
  }
}
