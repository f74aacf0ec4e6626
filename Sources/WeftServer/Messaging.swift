import Delivery
import Logging
import Net
import Outbound
import Platform
import Storage
import Synchronization

/// Everything that carries messages to people: for each channel its provider, or the development outbox where there is none.
final class Messaging: Sendable {
  let mail: any MessageSender
  let sms: any MessageSender
  /// All calls to other servers.
  let outbound: OutboundClient

  private let outbox: Outbox
  private let queue: MailQueue?
  private let lanes = Mutex<[RepeatingTask]>([])

  init(_ settings: MessagingSettings, dataDirectory: String, database: Database, random: any RandomSource, logger: Logger) {
    let time = SystemTime()
    var options = OutboundOptions()
    options.authorityFile = settings.authorityFile
    let outbound = OutboundClient(options: options, logger: logger)
    self.outbound = outbound
    outbox = Outbox(directory: dataDirectory, time: time, logger: logger)
    queue = settings.mail.map {
      MailQueue(
        database: database, server: $0.server, from: $0.from, time: time, random: random, logger: logger,
        sending: { mail throws(OutboundError) in try await outbound.mail(mail) })
    }
    mail = queue ?? outbox
    sms = settings.sms?.sender(client: outbound, time: time, random: random, logger: logger) ?? outbox
    if let server = settings.mail?.server, server.isPlainText {
      logger.warning("mail goes to another machine in plain text", metadata: ["host": "\(server.host)"])
    }
    if settings.sms?.isPlainText == true { logger.warning("text messages go to another machine in plain text: use https") }
  }

  /// Begins to send queued mail, several at once, on `loop`; what waited for longer than a second is looked for by itself.
  func start(on loop: EventLoop) async throws {
    guard let queue else { return }
    try await queue.reclaim()
    let lanes = (0..<MailQueue.Options.lanes).map { _ in
      RepeatingTask(loop: loop, every: .seconds(1)) { await queue.deliverDue() }
    }
    self.lanes.withLock { $0 = lanes }
    // All of them: which ones are busy is theirs to know, and one that finds nothing owed returns at once.
    queue.onPosted { for lane in lanes { lane.fireNow() } }
  }

  /// Lets mail under way end, for a few seconds, and ends every thread; what waits stays in the database.
  func stop() async {
    queue?.stop()
    await outbound.close()
    for lane in lanes.withLock({ $0 }) { await lane.stop() }
    await outbox.close()
  }
}
