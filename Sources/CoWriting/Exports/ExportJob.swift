import ApplicationSupport
import Blobs
import Jobs
import Logging
import Platform
import Storage
import Synchronization
import Typesetting

/// Makes a file of a document: one run of a job of the kind `export`.
struct ExportJob: JobHandler {
  let database: Database
  let time: any TimeSource
  let jobs: JobQueue
  let progress: JobProgress
  let updates: LiveUpdates
  let blobs: any BlobStore
  let ids: UUIDGenerator
  let renderer: ExportRenderer
  let logger: Logger

  /// As many at once as there are threads to set them; what one run holds of text, tree and file has the limits of `ExportRenderer`.
  var limits: JobRunner.Limits { JobRunner.Limits(runningMax: renderer.threads, attemptsMax: 3, timeMax: .seconds(600)) }

  /// Everything that the file is made of, of one moment.
  struct Source: Sendable {
    var export: Export
    var content: String
    var metadata: DocumentMetadata
    var versions: [VersionEntry]
    /// Those of the document that the text names, in the order in which it does.
    var images: [DocumentImage] = []
  }

  func run(_ run: JobRun) async throws {
    let id = run.job.reference
    let source = try await database.read { try Self.source(of: id, $0) }
    guard let source, let format = ExportFormat(rawValue: source.export.format) else {
      // Its row has ended: there is nothing to make.
      return try await database.write { try jobs.finish(run.lease, $0) }
    }
    let key = BlobKey(in: "exports", "\(ids.next()).\(format.fileExtension)", at: time.wallMicroseconds)
    let begunAt = time.wallMicroseconds
    let isWanted = try await database.write { transaction in
      try jobs.check(run.lease, transaction)
      return try ExportStore.begin(id, writing: key.text, at: begunAt, transaction)
    }
    guard isWanted else { return try await database.write { try jobs.finish(run.lease, $0) } }
    let state = LiveExport(id: id, lease: run.lease)
    updates.add(state)
    defer { updates.remove(state) }
    let images = try await ExportImages.read(source.images, from: blobs, logger) { () throws(JobStop) in try run.check() }
    let bytes = try await renderer.render(source, images, format) { part throws(JobStop) in
      try run.check()
      state.set(part)
    }
    do {
      let writer = try await blobs.create(key, contentType: format.contentType)
      for start in stride(from: 0, to: bytes.count, by: 256 << 10) {
        try await writer.write(Array(bytes[start..<min(start + (256 << 10), bytes.count)]))
      }
      let file = try await writer.finish()
      updates.remove(state)
      let now = time.wallMicroseconds
      try await database.write { transaction in
        try jobs.finish(run.lease, transaction)
        let isComplete = try ExportStore.complete(
          id, key: key.text, name: ExportFileName.name(title: source.export.title, at: source.export.createdAt, format),
          file: (file.size, file.sha256), at: now, transaction)
        // The row cannot have ended: whoever ends it ends the job with it, and the lease.
        guard isComplete else { throw JobStop.leaseLost }
        transaction.afterCommit { [progress] in progress.changed(.export(id)) }
      }
    } catch {
      // Whoever took the job over may have named the object before it was whole, and it may have been forgotten since.
      let now = time.wallMicroseconds
      if !run.lease.isFinished {
        try? await database.write { transaction in
          // A commit whose success was not heard of has happened all the same.
          guard try !ExportStore.hasObject(key.text, transaction) else { return }
          try UnwantedBlobStore.discard(key.text, at: now, transaction)
        }
      }
      throw (error as? BlobError)?.forJob ?? error
    }
  }

  func fail(_ job: Job, _ failure: JobFailure, _ transaction: Transaction) throws {
    if case .failed(let error) = failure {
      logger.warning("an export failed", metadata: ["export": "\(job.reference)", "error": "\(error)"])
    }
    let reason: String? = if case .cancelled = failure { nil } else { Self.reason(failure) }
    _ = try ExportStore.end(job.reference, error: reason, at: time.wallMicroseconds, transaction)
    transaction.afterCommit { [progress, id = job.reference] in progress.changed(.export(id)) }
  }

  /// Why there is no file, for whoever asked for it.
  static func reason(_ failure: JobFailure) -> String {
    switch failure {
    case .failed(let error as TypesettingError): error.text
    case .failed(BlobError.noSpace): "存储空间不足，请稍后再试"
    case .failed(let error as BlobError) where error != .cancelled: "文件存储暂时不可用，请稍后再试"
    case .gaveUp(is BlobError, _): "文件存储暂时不可用，请稍后再试"
    case .abandoned(let attempts): "导出过程多次被中断（已尝试\(attempts)次），请重新提交"
    case .timeLimit(let limit): "导出超过\(limit.components.seconds)秒仍未完成，已停止"
    case .cancelled: "已取消"
    // The database was busy each time.
    case .gaveUp: "服务器繁忙，请稍后重新提交"
    case .failed: "导出失败：服务器内部错误"
    }
  }

  // MARK: What it is made of

  /// How many versions the appendix lists: the newest.
  private static let versionsMax = 100

  /// - Returns: Nil if the export has ended.
  static func source(of id: Int64, _ transaction: ReadTransaction) throws -> Source? {
    guard let named = try ExportStore.export(id, of: .everybody, transaction), named.export.status == .processing else { return nil }
    let export = named.export
    guard let content = try VersionStore.content(number: export.versionNumber, of: export.documentID, transaction) else {
      throw CoWritingError.notFound(.version)
    }
    // Of a document that was deleted meanwhile no more is known than what was asked for.
    var metadata = DocumentMetadata(title: export.title, author: named.userName)
    metadata.created = export.createdAt
    if let listed = try DocumentStore.listed(id: export.documentID, transaction) {
      // An administrator exports others' documents, too.
      if let owner = try UserStore.anyUser(id: listed.document.userID, transaction) {
        metadata.author = owner.fullName?.nilIfEmpty ?? owner.username
      }
      metadata.created = listed.document.createdAt
      metadata.changed = listed.document.updatedAt
      metadata.details = [.init(name: "项目", value: listed.projectName), .init(name: "状态", value: Self.word(for: listed.document.status))]
    }
    metadata.details.append(.init(name: "版本", value: "\(export.versionNumber)"))
    let settings = ExportSettings(options: try JSONObject.object(export.options), format: export.format)
    var versions: [VersionEntry] = []
    if settings.hasVersions {
      versions = try versionEntries(of: export, transaction)
    }
    let images = try images(namedIn: content, of: export, transaction)
    return Source(export: export, content: content, metadata: metadata, versions: versions, images: images)
  }

  private static func images(namedIn content: String, of export: Export, _ transaction: ReadTransaction) throws -> [DocumentImage] {
    // In Markdown the address stays what it is.
    let ids = export.format == ExportFormat.markdown.rawValue ? [] : DocumentImageAddress.ids(in: content)
    if ids.isEmpty { return [] }
    let images = try DocumentImageStore.images(of: export.documentID, transaction)
    let byID = Dictionary(images.map { ($0.id, $0) }) { first, _ in first }
    return ids.compactMap { byID[$0] }
  }

  /// A document's status as its readers read it; one that the document does not name, as it is.
  static func word(for status: String) -> String {
    switch status {
    case "draft": "草稿"
    case "reviewing": "审核中"
    case "generating": "生成中"
    case "completed": "已完成"
    default: status
    }
  }

  private static func versionEntries(of export: Export, _ transaction: ReadTransaction) throws -> [VersionEntry] {
    let first = max(1, export.versionNumber - Int64(versionsMax) + 1)
    return try VersionStore.records(of: export.documentID, from: first, to: export.versionNumber, transaction).map { record in
      let summary = try JSONObject.object(record.changesSummary)
      var text = ""
      if case .stringValue(let description)? = summary.fields["description"]?.kind { text = description }
      return VersionEntry(number: "\(record.number)", date: record.createdAt, author: record.authorName, summary: text)
    }
  }
}

/// How far a run is.
private final class LiveExport: LiveUpdates.Source {
  let id: Int64
  let lease: JobLease
  /// Thousandths.
  private let done = Atomic<Int>(0)
  private let written = Atomic<Int>(0)

  init(id: Int64, lease: JobLease) {
    self.id = id
    self.lease = lease
  }

  var subject: JobProgress.Subject { .export(id) }
  var hasNews: Bool { done.load(ordering: .relaxed) > written.load(ordering: .relaxed) }

  /// - Parameter part: From 0 to 1.
  func set(_ part: Double) { done.store(Int(min(max(part, 0), 1) * 999), ordering: .relaxed) }

  func write(_ transaction: Transaction) throws -> Int {
    let now = done.load(ordering: .relaxed)
    try ExportStore.setProgress(id, Int64(now), transaction)
    return now
  }

  func wasWritten(_ amount: Int) { written.store(amount, ordering: .relaxed) }
}
