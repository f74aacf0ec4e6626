public import Logging
public import Outbound
public import Platform
public import Storage
internal import Synchronization

/// Mail on its way to a server, kept in the database until that has taken it.
///
/// `send` returns once the mail is durable. `deliverDue` does the work: it may run several times at once, each holding one mail
/// by a lease, and each as often as it is called. A mail server that is down delays mail and loses none; a crash in the middle
/// sends a mail that was under way once more, with the same Message-ID.
public final class MailQueue: MessageSender {
  /// How mail is sent.
  public struct Options: Sendable {
    /// How many `deliverDue` are meant to run at once.
    public static let lanes = 8
    /// Mails that may wait; the next one is refused.
    public var waitingMax = 10_000
    /// How long a server may take over one mail.
    public var sendTimeout = Duration.seconds(60)
    /// How long a mail belongs to whoever sends it; longer than `sendTimeout`.
    public var lease = Duration.seconds(90)
    /// How soon another process's mails are looked for.
    public var lookInterval = Duration.seconds(30)
    /// What kind of process this is; of each kind there is one on a data directory.
    public var holder = "serve"

    public init() {}
  }

  /// A text of this size and more is no mail that an application sends.
  private static let textBytesMax = 1 << 20

  private struct State {
    /// Looks into the table that are owed: one for each mail that came, one for each that was found.
    var looksOwed = 1
    /// When to look without being asked, in microseconds since 1970.
    var nextLook: Int64 = 0
    /// How many mails were given back: what was planned before one came back does not know when it is due.
    var givenBack = 0
    var isStopped = false
    var onPosted: (@Sendable () -> Void)?
  }

  private let database: Database
  private let sending: Sending
  private let server: OutboundMail.Server
  private let from: MailAddress
  private let ids: ObjectIDGenerator
  private let time: any TimeSource
  private let random: any RandomSource
  private let logger: Logger
  private let options: Options
  private let state = Mutex(State())

  /// Hands one mail to a server; `OutboundClient.mail`.
  public typealias Sending = @Sendable (OutboundMail) async throws(OutboundError) -> Void

  /// - Parameter database: Has `DeliverySchema`.
  public init(
    database: Database, server: OutboundMail.Server, from: MailAddress, time: any TimeSource, random: any RandomSource, logger: Logger,
    options: Options = Options(), sending: @escaping Sending
  ) {
    self.database = database
    self.sending = sending
    self.server = server
    self.from = from
    self.time = time
    self.random = random
    self.logger = logger
    self.options = options
    ids = ObjectIDGenerator(time: time, random: random)
  }

  /// To be called at the start, when no other process of this kind can be alive: what the last one was sending when it was killed
  /// need not wait for its lease to run out.
  public func reclaim() async throws {
    try await database.write { [options] in try MailStore.release(holder: options.holder, $0) }
  }

  /// Has `action` called after each mail that came, so that it need not wait for the next round.
  public func onPosted(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onPosted = action } }

  public func send(_ message: OutgoingMessage) async throws(DeliveryError) {
    guard MailAddress(message.to) != nil else { throw .failed("not an address that mail can be sent to") }
    guard message.text.utf8.count < Self.textBytesMax else { throw .failed("the text is too long for a mail") }
    let mail = QueuedMail(
      id: ids.next(), recipient: message.to, purpose: message.purpose, subject: message.subject ?? Self.subject(message),
      text: message.text,
      code: message.code, createdAt: time.wallMicroseconds, attempts: 0, fence: 0)
    let isQueued: Bool
    do {
      isQueued = try await database.write { [options] in try MailStore.insert(mail, waitingMax: options.waitingMax, $0) }
    } catch StorageError.overloaded(let retryAfter) {
      throw .overloaded(retryAfter: retryAfter)
    } catch StorageError.closed {
      throw .closed
    } catch {
      throw .failed("\(error)")
    }
    guard isQueued else { throw .overloaded(retryAfter: .seconds(60)) }
    let onPosted = state.withLock { state in
      state.looksOwed += 1
      return state.onPosted
    }
    onPosted?()
  }

  /// Sends, one after another, the mails that are due and that nobody else is sending. With nothing to do it costs nothing.
  ///
  /// - Returns: How long it is until there is something to do; nil if nobody knows of anything.
  @discardableResult
  public func deliverDue() async -> Duration? {
    while !Task.isCancelled, mayLook() {
      do {
        guard let mail = try await lease() else {
          return try await planNextLook()
        }
        // There may be more: another lane is welcome to look.
        state.withLock { $0.looksOwed += 1 }
        try await record(await attempt(mail), for: mail)
      } catch {
        logger.error("the mail queue could not be read or written", metadata: ["error": "\(error)"])
        return .seconds(1)
      }
    }
    return nil
  }

  /// Takes no further mail into work. What is under way ends when it ends, or with the client.
  public func stop() { state.withLock { $0.isStopped = true } }

  private func mayLook() -> Bool {
    let now = time.wallMicroseconds
    return state.withLock { state in
      if state.isStopped { return false }
      if state.looksOwed > 0 {
        state.looksOwed -= 1
        return true
      }
      guard state.nextLook <= now else { return false }
      state.nextLook = now + options.lookInterval.wholeNanoseconds / 1_000
      return true
    }
  }

  private func lease() async throws -> QueuedMail? {
    let now = time.wallMicroseconds
    let until = now + options.lease.wholeNanoseconds / 1_000
    return try await database.write { [options] in try MailStore.lease(now: now, until: until, holder: options.holder, $0) }
  }

  private func planNextLook() async throws -> Duration? {
    let givenBack = state.withLock(\.givenBack)
    let due = try await database.read { try MailStore.nextDue($0) }
    let now = time.wallMicroseconds
    state.withLock { state in
      let next = min(due ?? .max, now + options.lookInterval.wholeNanoseconds / 1_000)
      state.nextLook = state.givenBack == givenBack ? next : min(next, state.nextLook)
    }
    return due.map { .microseconds(max(0, $0 - now)) }
  }

  private enum Outcome {
    case delivered
    case retry(at: Int64, attempts: Int, reason: String)
    case failed(reason: String)
  }

  private func attempt(_ mail: QueuedMail) async -> Outcome {
    guard let to = MailAddress(mail.recipient) else { return .failed(reason: "not an address that mail can be sent to") }
    let message = MailMessage(
      from: from, to: to, subject: mail.subject, text: mail.text, code: mail.code, id: mail.id, wallMicroseconds: mail.createdAt)
    do throws(OutboundError) {
      try await sending(
        OutboundMail(server: server, from: from.address, to: to.address, message: message.bytes, timeout: options.sendTimeout))
      return .delivered
    } catch {
      return outcome(of: error, for: mail)
    }
  }

  private func outcome(of error: OutboundError, for mail: QueuedMail) -> Outcome {
    let now = time.wallMicroseconds
    // A server may repeat what it was sent.
    var reason = "\(error)"
    if let code = mail.code { reason = reason.replacing(code, with: "******") }
    switch error {
    case .closed, .cancelled:
      // Not the mail's fault: handed back as it was. Whoever closed the client wants no other try.
      if error == .closed { stop() }
      return .retry(at: now, attempts: mail.attempts, reason: reason)
    case .mailRefused, .unusable: return .failed(reason: reason)
    default:
      let attempts = mail.attempts + 1
      guard let dueAt = RetrySchedule.next(attempts: attempts, createdAt: mail.createdAt, now: now, random: random) else {
        return .failed(reason: "given up after three days: \(reason)")
      }
      return .retry(at: dueAt, attempts: attempts, reason: reason)
    }
  }

  private func record(_ outcome: Outcome, for mail: QueuedMail) async throws {
    let now = time.wallMicroseconds
    var metadata: Logger.Metadata = ["mail": "\(mail.id)", "purpose": "\(mail.purpose)"]
    switch outcome {
    case .delivered:
      try await database.write { try MailStore.delivered(mail, $0) }
      logger.info("mail delivered", metadata: metadata)
    case .retry(let dueAt, let attempts, let reason):
      try await database.write { try MailStore.retry(mail, dueAt: dueAt, attempts: attempts, error: reason, $0) }
      // Another lane may have planned its next look while this mail was held, and would come when the lease had run out.
      state.withLock { state in
        state.givenBack += 1
        state.nextLook = min(state.nextLook, dueAt)
      }
      metadata["error"] = "\(reason)"
      metadata["seconds"] = "\((dueAt - now) / 1_000_000)"
      logger.log(level: attempts <= 1 ? .warning : .info, "mail not taken; it is tried again", metadata: metadata)
    case .failed(let reason):
      try await database.write { try MailStore.fail(mail, now: now, error: reason, $0) }
      metadata["error"] = "\(reason)"
      metadata["to"] = "\(mail.recipient)"
      logger.error("mail given up", metadata: metadata)
    }
  }

  /// The subject of a purpose's mail.
  private static func subject(_ message: OutgoingMessage) -> String {
    switch message.purpose {
    case "register": "注册验证码"
    case "reset": "重置密码验证码"
    default: message.code == nil ? "通知" : "验证码"
    }
  }
}
