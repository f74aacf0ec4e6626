import ApplicationSupport
import CoWritingAPI
import LanguageModel
import RPC
import Storage

/// Templates of prompts.
extension GenerationService {
  /// How many there may be: lists read them all.
  static let templatesMax: Int64 = 1_000

  /// GET /api/v1/ai/templates
  func listGenerationTemplates(
    _ request: CoWritingV1.ListGenerationTemplatesRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.ListGenerationTemplatesResponse {
    let query = ListQuery(request)
    let (total, items) = try await database.read(for: call) {
      try GenerationTemplateStore.page(category: request.category, isActive: request.isActive, query, $0)
    }
    return CoWritingV1.ListGenerationTemplatesResponse(
      try items.map { try CoWritingV1.GenerationTemplateItem($0) }, total: total, query.page)
  }

  /// POST /api/v1/ai/templates
  func createGenerationTemplate(
    _ request: CoWritingV1.CreateGenerationTemplateRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.GenerationTemplate {
    try GenerationPrompt.check(template: request.promptTemplate)
    let now = time.wallMicroseconds
    var template = GenerationTemplate(
      name: request.name, description: request.description?.nilIfEmpty, prompt: request.promptTemplate,
      config: try GenerationPrompt.checkedConfig(request.config, field: "config"), category: request.category?.nilIfEmpty, createdAt: now,
      updatedAt: now)
    template.id = try await database.write(for: call) { [template] transaction in
      guard try !GenerationTemplateStore.isTaken(template.name, transaction) else { throw CoWritingError.templateNameTaken }
      guard try GenerationTemplateStore.count(transaction) < Self.templatesMax else { throw CoWritingError.tooManyTemplates }
      return try GenerationTemplateStore.insert(template, transaction)
    }
    return try CoWritingV1.GenerationTemplate(template)
  }

  func setGenerationTemplateActive(
    _ request: CoWritingV1.SetGenerationTemplateActiveRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.GenerationTemplateItem {
    let template = try await database.write(for: call) { transaction in
      try GenerationTemplateStore.setActive(request.templateID, request.isActive, at: time.wallMicroseconds, transaction)
      return try GenerationTemplateStore.template(request.templateID, transaction)
    }
    guard let template else { throw CoWritingError.notFound(.template) }
    return try CoWritingV1.GenerationTemplateItem(template)
  }
}
