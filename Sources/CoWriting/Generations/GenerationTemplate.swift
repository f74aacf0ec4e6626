import CoWritingAPI
import Protobuf

/// A row of `cw_generation_templates`.
struct GenerationTemplate: Equatable, Sendable {
  /// 0 before it is inserted.
  var id: Int64 = 0
  var name: String
  var description: String?
  var prompt: String
  /// A JSON object: what is passed on to the model.
  var config: String
  var category: String?
  var isActive: Bool = true
  /// Microseconds since 1970.
  var createdAt: Int64
  var updatedAt: Int64
}

extension CoWritingV1.GenerationTemplate {
  init(_ template: GenerationTemplate) throws {
    self.init()
    id = template.id
    name = template.name
    description = template.description
    promptTemplate = template.prompt
    config = try JSONObject.object(template.config)
    category = template.category
    isActive = template.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: template.createdAt)
  }
}

extension CoWritingV1.GenerationTemplateItem {
  init(_ template: GenerationTemplate) throws {
    self.init()
    id = template.id
    name = template.name
    description = template.description
    promptTemplate = template.prompt
    config = try JSONObject.object(template.config)
    category = template.category
    isActive = template.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: template.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: template.updatedAt)
  }
}
