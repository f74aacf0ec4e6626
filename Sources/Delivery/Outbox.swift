internal import Glibc
public import Logging
public import Platform

/// The development outbox: where messages go that no provider takes.
///
/// Each is logged, code and all, and appended to `DIR/outbox.jsonl` (mode 0600) as one JSON object a line. Whoever reads
/// the file sees a message as soon as `send` has returned.
public final class Outbox: MessageSender {
  private let pool: WorkerPool<OutboxFile>
  private let time: any TimeSource
  private let logger: Logger

  /// - Parameter directory: The data directory.
  public init(directory: String, time: any TimeSource, logger: Logger) {
    self.time = time
    self.logger = logger
    let path = directory + "/outbox.jsonl"
    pool = WorkerPool(options: .init(name: "outbox", threads: 1, queueMax: 1024), makeContext: { _ in OutboxFile(path: path) })
  }

  public func send(_ message: OutgoingMessage) async throws(DeliveryError) {
    logger.notice(
      "no provider for this channel: message written to the outbox",
      metadata: [
        "channel": "\(message.channel.rawValue)", "to": "\(message.to)", "purpose": "\(message.purpose)", "text": "\(message.text)",
      ])
    let line = message.outboxLine(wallMicroseconds: time.wallMicroseconds)
    let failure: String?
    do throws(WaitFailure) {
      failure = try await pool.run { file in file.append(line) }
    } catch {
      throw error == .closed ? .closed : .overloaded(retryAfter: .seconds(1))
    }
    if let failure { throw .failed(failure) }
  }

  /// Writes what waits and ends the thread.
  public func close() async { await pool.close() }
}

/// The file, written by the one thread that owns this.
private struct OutboxFile {
  let path: String

  /// Appends a line; returns what went wrong, nil if nothing did.
  func append(_ line: [UInt8]) -> String? {
    // Opened anew each time: somebody who empties the outbox by removing the file gets a new one.
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return "cannot open \(path): \(String(cString: strerror(errno)))" }
    defer { close(file) }
    // One write with O_APPEND: lines of several processes do not mix.
    let count = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count == line.count else { return "cannot write \(path): \(String(cString: strerror(errno)))" }
    return nil
  }
}
