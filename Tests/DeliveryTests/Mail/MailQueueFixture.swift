import Foundation
import Logging
import Outbound
import Platform
import Storage
import Synchronization

@testable import Delivery

/// A queue on a database of its own, a clock that stands still, and a mail server that answers as it is told.
final class MailQueueFixture: Sendable {
  struct MailRow: Equatable {
    var state: String
    var recipient: String
    var text: String
    var code: String?
    var attempts: Int64
    var error: String?
  }

  private struct Server {
    var sent: [OutboundMail] = []
    var answers: [OutboundError?] = []
    var whileSending: (@Sendable () async -> Void)?
  }

  let database: Database
  let time = ManualTime()
  private let server = Mutex(Server())
  private let logger: Logger
  private let options: MailQueue.Options
  let queue: MailQueue

  private init(database: Database, logger: Logger, options: MailQueue.Options) {
    self.database = database
    self.logger = logger
    self.options = options
    let box = SendingBox()
    queue = Self.queue(database, time, logger, options, box)
    box.send = { [weak self] mail throws(OutboundError) in
      await self?.whileSending?()
      if let failure = self?.receive(mail) { throw failure }
    }
  }

  /// Done while the server has a mail in its hands, before it answers.
  var whileSending: (@Sendable () async -> Void)? {
    get { server.withLock { $0.whileSending } }
    set { server.withLock { $0.whileSending = newValue } }
  }

  /// What the server was given.
  var sent: [OutboundMail] { server.withLock { $0.sent } }
  /// What it answers, nil for yes; yes when there are no more.
  var answers: [OutboundError?] {
    get { server.withLock { $0.answers } }
    set { server.withLock { $0.answers = newValue } }
  }

  /// Another queue on the same database, as after a restart.
  func restarted() -> MailQueue {
    let box = SendingBox()
    box.send = { [weak self] mail throws(OutboundError) in
      if let failure = self?.receive(mail) { throw failure }
    }
    return Self.queue(database, time, logger, options, box)
  }

  func rows() async throws -> [MailRow] {
    try await database.read { transaction in
      try transaction.query("SELECT state, recipient, text, code, attempts, last_error FROM weft_mail ORDER BY id") { row in
        MailRow(
          state: try row.text(0), recipient: try row.text(1), text: try row.text(2), code: try row.optionalText(3),
          attempts: try row.integer(4),
          error: try row.optionalText(5))
      }
    }
  }

  private func receive(_ mail: OutboundMail) -> OutboundError? {
    server.withLock { server in
      server.sent.append(mail)
      return server.answers.isEmpty ? nil : server.answers.removeFirst()
    }
  }

  private static func queue(_ database: Database, _ time: ManualTime, _ logger: Logger, _ options: MailQueue.Options, _ box: SendingBox)
    -> MailQueue
  {
    MailQueue(
      database: database, server: .init(host: "localhost", port: 25, security: .none), from: MailAddress("no-reply@example.com")!,
      time: time,
      random: SeededRandom(seed: 7), logger: logger, options: options, sending: { mail throws(OutboundError) in try await box.send(mail) })
  }

  static func with(
    _ options: MailQueue.Options = MailQueue.Options(), logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (MailQueueFixture) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/weft-mail-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let database = try Database.open(path: directory + "/mail.db")
    do {
      try await DeliverySchema.migrator.migrate(database)
      try await body(MailQueueFixture(database: database, logger: logger, options: options))
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }
}

/// Set right after the fixture is whole, and never again.
private final class SendingBox: @unchecked Sendable {  // written once, before the queue is used
  var send: MailQueue.Sending = { _ in }
}

/// Keeps what is logged: level, message and metadata.
final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
    }
  }
}
