import ApplicationSupport
import Blobs
import CoWritingAPI
import Jobs
import Platform
import Protobuf
import RPC
import Storage

/// Documents as files (chapter 文档导出接口 of the document).
struct ExportService: CoWritingV1.ExportServiceServer {
  let database: Database
  let time: any TimeSource
  let jobs: JobQueue
  let progress: JobProgress
  let blobs: any BlobStore
  let links: SignedLinks
  let publicURL: PublicURL

  /// POST /api/v1/exports
  func createExport(_ request: CoWritingV1.CreateExportRequest, _ call: ServerCall) async throws -> CoWritingV1.CreateExportResponse {
    let owners = try call.owners()
    let caller = try call.callerID()
    let (export, seconds) = try await database.write(for: call) { transaction in
      let document = try DocumentService.readable(request.documentID, owners, transaction)
      let template = try Self.template(for: request, transaction)
      let settings = ExportSettings(request, template: try template.map { try JSONObject.object($0.options) }, title: document.title)
      var export = Export(
        userID: caller, documentID: document.id, title: document.title, versionNumber: document.versionsCount, format: request.format,
        options: try JSONObject.text(
          settings.options(for: request.format), bytesMax: ExportTemplate.optionsBytesMax, field: ("options", "导出选项")),
        createdAt: time.wallMicroseconds)
      export.id = try ExportStore.insert(export, transaction)
      try jobs.add(.export, of: export.id, owner: caller, transaction)
      return (export, try Self.estimate(document, request.format, transaction))
    }
    return .with {
      $0.exportID = export.id
      $0.documentID = export.documentID
      $0.format = export.format
      $0.status = export.status.rawValue
      $0.message = "文档导出任务已提交，正在处理中"
      $0.estimatedTime = seconds
    }
  }

  /// The template that the request names. None counts unasked, not even a default one.
  private static func template(for request: CoWritingV1.CreateExportRequest, _ transaction: ReadTransaction) throws -> ExportTemplate? {
    guard let id = request.templateID else { return nil }
    guard let template = try ExportTemplateStore.template(id, transaction), template.isActive else {
      throw CoWritingError.notFound(.template)
    }
    guard template.format == request.format else {
      throw CoWritingError.invalid(field: "template_id", "模板用于\(template.format)格式，不能用于\(request.format)格式")
    }
    return template
  }

  /// In how many seconds an export is likely to be done, at least 1: a megabyte of text takes a few.
  private static func estimate(_ document: Document, _ format: String, _ transaction: ReadTransaction) throws -> Int32 {
    let bytes = try VersionStore.contentBytes(number: document.versionsCount, of: document.id, transaction) ?? 0
    return Int32(1 + bytes / (format == "pdf" ? 500_000 : 2_000_000))
  }

  /// GET /api/v1/exports/{export_id}
  func getExport(_ request: CoWritingV1.GetExportRequest, _ call: ServerCall) async throws -> CoWritingV1.GetExportResponse {
    let found = try await found(request.exportID, call)
    return CoWritingV1.GetExportResponse(found, links: try addresses(of: found.export))
  }

  /// GET /api/v1/exports
  func listExports(_ request: CoWritingV1.ListExportsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListExportsResponse {
    let query = ListQuery(request)
    let selection = ExportSelection(
      owners: try call.owners(of: request.userID), documentID: request.documentID, format: request.format, status: request.status)
    let (total, items) = try await database.read(for: call) { try ExportStore.page(selection, query, $0) }
    return CoWritingV1.ListExportsResponse(items.map { CoWritingV1.ExportItem($0) }, total: total, query.page)
  }

  /// POST /api/v1/exports/{export_id}/cancel
  func cancelExport(_ request: CoWritingV1.CancelExportRequest, _ call: ServerCall) async throws -> CoWritingV1.ExportItem {
    let owners = try call.owners()
    let found = try await database.write(for: call) { transaction -> NamedExport in
      guard var found = try ExportStore.export(request.exportID, of: owners, transaction) else { throw CoWritingError.notFound(.export) }
      guard found.export.status == .processing else { throw CoWritingError.exportEnded }
      // What runs is told so and writes nothing more, because its row has ended.
      _ = try jobs.cancel(.export, reference: found.export.id, transaction)
      _ = try ExportStore.end(found.export.id, error: nil, at: time.wallMicroseconds, transaction)
      transaction.afterCommit { [progress, id = found.export.id] in progress.changed(.export(id)) }
      found.export.status = .cancelled
      return found
    }
    return CoWritingV1.ExportItem(found)
  }

  /// One of the caller's.
  func found(_ id: Int64, _ call: ServerCall) async throws -> NamedExport {
    let owners = try call.owners()
    let found = try await database.read(for: call) { try ExportStore.export(id, of: owners, $0) }
    guard let found else { throw CoWritingError.notFound(.export) }
    return found
  }
}
