import ApplicationSupport
import Blobs
import CoWritingAPI
import Protobuf
import RPC
import Storage

/// Where the files of exports are fetched.
extension ExportService {
  /// For how many seconds a link holds that needs no token.
  static let linkLifetime: Int64 = 3600

  /// Where an export's file is; nils until there is one.
  struct Addresses: Equatable, Sendable {
    /// Needs no token, for an hour.
    var file: String?
    var download: String?
  }

  func addresses(of export: Export) throws -> Addresses {
    guard let file = FileDownload(export, secondsLeft: Self.linkLifetime) else { return Addresses() }
    let base = "\(publicURL.value)/api/v1/exports/\(export.id)"
    // Where the blob store gives links of its own, those are given out.
    let own = try blobs.downloadURL(
      file.key, contentType: file.contentType, contentDisposition: ContentDisposition.attachment(file.filename),
      lifetime: .seconds(Self.linkLifetime))
    return Addresses(
      file: own ?? "\(base)/file?\(links.query(for: "\(export.id)", lifetime: Self.linkLifetime))", download: "\(base)/download")
  }

  /// GET /api/v1/exports/{export_id}/download
  func downloadExport(
    _ request: CoWritingV1.DownloadExportRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    let export = try await found(request.exportID, call).export
    let conditions = FileDownload.Conditions(range: request.range, ifRange: request.ifRange, ifNoneMatch: request.ifNoneMatch)
    try await send(export, secondsLeft: 0, conditions, call, responses)
  }

  /// GET /api/v1/exports/{export_id}/file
  func getExportFile(
    _ request: CoWritingV1.GetExportFileRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    guard let left = links.secondsLeft(of: "\(request.exportID)", expires: request.expires, signature: request.signature) else {
      throw CoWritingError.invalidLink
    }
    let found = try await database.read(for: call) { try ExportStore.export(request.exportID, of: .everybody, $0) }
    guard let export = found?.export else { throw CoWritingError.notFound(.export) }
    let conditions = FileDownload.Conditions(range: request.range, ifRange: request.ifRange, ifNoneMatch: request.ifNoneMatch)
    try await send(export, secondsLeft: left, conditions, call, responses)
  }

  private func send(
    _ export: Export, secondsLeft: Int64, _ conditions: FileDownload.Conditions, _ call: ServerCall,
    _ responses: ResponseStream<GoogleAPI.HttpBody>
  ) async throws {
    guard let file = FileDownload(export, secondsLeft: secondsLeft) else { throw CoWritingError.exportUnfinished }
    do {
      try await file.send(from: blobs, conditions, call, responses)
    } catch BlobError.notFound {
      call.logger.error("an export's file is not in the blob store", metadata: ["export": "\(export.id)", "key": "\(file.key)"])
      throw CoWritingError.notFound(.export)
    }
  }
}

extension FileDownload {
  /// Nil while there is no file.
  fileprivate init?(_ export: Export, secondsLeft: Int64) {
    guard export.status == .completed, let key = export.fileKey.flatMap({ BlobKey($0) }), let name = export.fileName,
      let size = export.fileSize, let sha256 = export.sha256
    else { return nil }
    self.init(
      key: key, filename: name, contentType: ExportFormat(rawValue: export.format)?.contentType ?? "application/octet-stream",
      size: size, sha256: sha256, secondsLeft: secondsLeft)
  }
}

/// What a document can be made.
enum ExportFormat: String, CaseIterable, Sendable {
  case pdf, word, markdown, html

  /// Of the file's name.
  var fileExtension: String {
    switch self {
    case .pdf: "pdf"
    case .word: "docx"
    case .markdown: "md"
    case .html: "html"
    }
  }

  var contentType: String {
    switch self {
    case .pdf: "application/pdf"
    case .word: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    case .markdown: "text/markdown; charset=utf-8"
    case .html: "text/html; charset=utf-8"
    }
  }
}
