import CoWritingAPI
import Protobuf

/// A row of `cw_export_templates`.
struct ExportTemplate: Equatable, Sendable {
  /// Of `options`.
  static let optionsBytesMax = 16_384

  /// 0 before it is inserted.
  var id: Int64 = 0
  var name: String
  var description: String?
  var format: String
  /// A JSON object.
  var options: String
  /// Of a format's templates one at most. For those who offer templates; exports take no template unasked.
  var isDefault: Bool
  var isActive: Bool = true
  /// Microseconds since 1970.
  var createdAt: Int64
}

extension CoWritingV1.ExportTemplate {
  init(_ template: ExportTemplate) throws {
    self.init()
    id = template.id
    name = template.name
    description = template.description
    format = template.format
    options = try JSONObject.object(template.options)
    isDefault = template.isDefault
    isActive = template.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: template.createdAt)
  }
}
