import Jobs
import LanguageModel
import Logging
import Platform
import Storage
import Synchronization

/// Writes a text: one run of a job of the kind `generation`.
struct GenerationJob: JobHandler {
  let database: Database
  let time: any TimeSource
  let jobs: JobQueue
  let progress: JobProgress
  let updates: LiveUpdates
  let writer: any TextGenerator
  let logger: Logger

  /// Texts under way; a text is at most 4 MiB, which the writer sees to.
  static let limits = JobRunner.Limits(runningMax: 64, attemptsMax: 6, timeMax: .seconds(900))

  /// The provider is not asked now.
  private struct WriterPauses: Error {}

  func run(_ run: JobRun) async throws {
    if let pause = writer.pause { throw JobRetry(WriterPauses(), after: pause, counts: false) }
    let id = run.job.reference
    let now = time.wallMicroseconds
    let attempt = try await database.write { transaction in
      try jobs.check(run.lease, transaction)
      return try GenerationStore.begin(id, at: now, transaction)
    }
    // Its row has ended: there is nothing to write for.
    guard attempt != nil else { return try await database.write { try jobs.finish(run.lease, $0) } }
    let (brief, config) = try await database.read { transaction in
      guard let generation = try GenerationStore.generation(id, of: .everybody, transaction) else {
        throw CoWritingError.notFound(.generation)
      }
      return (try GenerationPrompt.brief(of: generation, transaction), try GenerationPrompt.config(generation.config))
    }
    let text = LiveText(id: id, lease: run.lease)
    updates.add(text)
    do {
      let result = try await writer.generate(brief, config: config) { piece in text.append(piece) }
      updates.remove(text)
      let end = GenerationStore.End(
        status: .completed, text: text.whole, model: result.model, promptTokens: result.usage?.prompt,
        completionTokens: result.usage?.completion, finishReason: result.finish == .length ? "length" : "stop")
      let finishedAt = time.wallMicroseconds
      try await database.write { transaction in
        try jobs.finish(run.lease, transaction)
        _ = try GenerationStore.end(id, end, at: finishedAt, transaction)
        transaction.afterCommit { [progress] in progress.changed(.generation(id)) }
      }
    } catch let error as GenerationError where error.isRetriable {
      updates.remove(text)
      logger.notice("a text is tried again", metadata: ["generation": "\(id)", "error": "\(error)"])
      throw JobRetry(error, after: error.retryAfter)
    } catch {
      // What has come before it broke off is kept.
      try? await updates.write()
      updates.remove(text)
      throw error
    }
  }

  func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws {
    let text = try GenerationStore.writtenText(of: job.reference, transaction)
    var end = GenerationStore.End(status: .failed, text: text)
    if case .cancelled = failure { end.status = .cancelled } else { end.errorMessage = Self.reason(failure) }
    if case .failed(let error) = failure {
      logger.warning("a text failed", metadata: ["generation": "\(job.reference)", "error": "\(error)"])
    }
    _ = try GenerationStore.end(job.reference, end, at: time.wallMicroseconds, transaction)
    transaction.afterCommit { [progress, id = job.reference] in progress.changed(.generation(id)) }
  }

  /// Why there is no text, for whoever asked for it.
  static func reason(_ failure: JobFailure) -> String {
    switch failure {
    case .failed(let error as GenerationError): error.reason
    case .gaveUp(let error as GenerationError, let attempts): "\(error.reason)（已尝试\(attempts)次）"
    case .abandoned(let attempts): "生成过程多次被中断（已尝试\(attempts)次），请重新提交"
    case .timeLimit(let limit): "生成超过\(limit.components.seconds)秒仍未完成，已停止"
    case .cancelled: "已取消"
    case .failed, .gaveUp: "生成失败：服务器内部错误"
    }
  }
}

/// The text of a run, as far as it is written.
private final class LiveText: LiveUpdates.Source {
  private struct State {
    var whole = ""
    /// Bytes of it that are in the database.
    var written = 0
  }

  let id: Int64
  let lease: JobLease
  private let state = Mutex(State())

  init(id: Int64, lease: JobLease) {
    self.id = id
    self.lease = lease
  }

  var subject: JobProgress.Subject { .generation(id) }
  var whole: String { state.withLock(\.whole) }
  var hasNews: Bool { state.withLock { $0.whole.utf8.count > $0.written } }

  func append(_ piece: String) { state.withLock { $0.whole += piece } }

  func write(_ transaction: Transaction) throws -> Int {
    let (from, news) = state.withLock { ($0.written, $0.whole.utf8.dropFirst($0.written)) }
    var position = from
    var rest = Substring(news)
    while !rest.isEmpty {
      let piece = rest.prefix(utf8: GenerationStore.pieceBytesMax)
      try GenerationStore.append(String(piece), at: Int64(position), of: id, transaction)
      position += piece.utf8.count
      rest = rest[piece.endIndex...]
    }
    return position
  }

  func wasWritten(_ amount: Int) { state.withLock { $0.written = max($0.written, amount) } }
}
