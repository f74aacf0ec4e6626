import ApplicationSupport
import CoWritingAPI
import Protobuf
import RPC
import Storage

/// Exports while they are made.
extension ExportService {
  func watchExport(
    _ request: CoWritingV1.WatchExportRequest, _ responses: ResponseStream<CoWritingV1.ExportEvent>, _ call: ServerCall
  ) async throws {
    try await follow(request.exportID, call) { export in
      guard let export else { return }
      try await responses.write(
        .with {
          $0.progress = Double(export.progress) / 1000
          $0.status = export.status.rawValue
          $0.errorMessage = export.errorMessage ?? ""
        })
    }
  }

  /// GET /api/v1/exports/{export_id}/stream
  func streamExport(
    _ request: CoWritingV1.StreamExportRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    let events = ServerSentEvents(responses, call)
    if request.lastEventID == "end" { return try await events.refuseReconnection() }
    try await follow(request.exportID, call) { export in
      guard let export else { return try await events.sendComment() }
      var message: [String: GoogleProtobuf.Value.Kind] = ["progress": .numberValue(Double(export.progress) / 1000)]
      guard export.status != .processing else { return try await events.send("progress", id: nil, message) }
      if let error = export.errorMessage { message["error_message"] = .stringValue(error) }
      if let url = try addresses(of: export).download { message["download_url"] = .stringValue(url) }
      try await events.send(export.status.rawValue, id: "end", message)
    }
  }

  /// Tells `tell` how far an export is until it has ended; nil when nothing has changed for a while.
  private func follow(_ id: Int64, _ call: ServerCall, _ tell: (Export?) async throws -> Void) async throws {
    var last: (progress: Int64, status: JobStatus)?
    try await progress.watch(.export(id), call) { isDue in
      let export = try await found(id, call).export
      if last.map({ $0 != (export.progress, export.status) }) ?? true {
        try await tell(export)
      } else if isDue {
        try await tell(nil)
      }
      last = (export.progress, export.status)
      return export.status == .processing
    }
  }
}
