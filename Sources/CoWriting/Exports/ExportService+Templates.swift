import ApplicationSupport
import CoWritingAPI
import RPC
import Storage

/// Templates of exports.
extension ExportService {
  /// How many there may be: lists read them all.
  static let templatesMax: Int64 = 1_000

  /// GET /api/v1/exports/templates
  func listExportTemplates(
    _ request: CoWritingV1.ListExportTemplatesRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.ListExportTemplatesResponse {
    let query = ListQuery(request)
    let (total, items) = try await database.read(for: call) {
      try ExportTemplateStore.page(format: request.format, isActive: request.isActive, query, $0)
    }
    return CoWritingV1.ListExportTemplatesResponse(try items.map { try CoWritingV1.ExportTemplate($0) }, total: total, query.page)
  }

  /// POST /api/v1/exports/templates
  func createExportTemplate(
    _ request: CoWritingV1.CreateExportTemplateRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.ExportTemplate {
    if let options = request.options { try ExportOptions.check(options, format: request.format) }
    var template = ExportTemplate(
      name: request.name, description: request.description?.nilIfEmpty, format: request.format,
      options: try JSONObject.text(request.options, bytesMax: ExportTemplate.optionsBytesMax, field: ("options", "导出选项")),
      isDefault: request.isDefault ?? false, createdAt: time.wallMicroseconds)
    template.id = try await database.write(for: call) { [template] transaction in
      guard try !ExportTemplateStore.isTaken(template.name, transaction) else { throw CoWritingError.templateNameTaken }
      guard try ExportTemplateStore.count(transaction) < Self.templatesMax else { throw CoWritingError.tooManyTemplates }
      if template.isDefault { try ExportTemplateStore.clearDefault(of: template.format, transaction) }
      return try ExportTemplateStore.insert(template, transaction)
    }
    return try CoWritingV1.ExportTemplate(template)
  }

  func setExportTemplateActive(
    _ request: CoWritingV1.SetExportTemplateActiveRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.ExportTemplate {
    let template = try await database.write(for: call) { transaction in
      try ExportTemplateStore.setActive(request.templateID, request.isActive, transaction)
      return try ExportTemplateStore.template(request.templateID, transaction)
    }
    guard let template else { throw CoWritingError.notFound(.template) }
    return try CoWritingV1.ExportTemplate(template)
  }
}
