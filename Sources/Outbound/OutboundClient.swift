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
    guard let url = OutboundURL(request.url), url.scheme == "http" || url.scheme == "https" else {
      throw .unusable("not an http or https URL")
    }
    guard url.user == nil, url.password == nil else { throw .unusable("user and password do not belong into a URL") }
    guard request.headers.allSatisfy({ Self.isToken($0.name) && Self.isOneLine($0.value) }) else {
      throw .unusable("a header that is not one line")
    }
    let start = MonotonicInstant.now()
    let answer = await perform(Transfer(request, url))
    logger.debug(
      "request",
      metadata: [
        "method": "\(request.method.rawValue)", "host": "\(url.authority)", "answer": "\(Self.summary(answer))",
        "ms": "\((MonotonicInstant.now() - start).wholeNanoseconds / 1_000_000)",
      ])
    return try answer.get()
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

  private func perform(_ transfer: Transfer) async -> Transfer.Answer {
    guard let thread = transferThread() else { return .failure(.closed) }
    return await withTaskCancellationHandler {
      // Unsafe: the thread, or `submit` itself, answers each transfer exactly once.
      await withUnsafeContinuation { continuation in
        transfer.waits(continuation)
        thread.submit(transfer)
      }
    } onCancel: {
      transfer.cancel()
      thread.wake()
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
