import CoWritingAPI
import Console
import Platform
import Protobuf

// How the console shows the templates of the co-writing platform.

extension AdminResource where Item == CoWritingV1.GenerationTemplateItem {
  static var generationTemplates: Self {
    Self(
      name: "template", id: { String($0.id) },
      columns: [
        .init("id", isNumber: true) { String($0.id) }, .init("name", isElastic: true, \.name), .init("category") { $0.category ?? "" },
        .init("state") { $0.isActive ? "active" : "disabled" }, .init("since") { time($0.createdAt) },
        .init("prompt", isElastic: true, \.promptTemplate),
      ])
  }
}

extension AdminResource where Item == CoWritingV1.ExportTemplate {
  static var exportTemplates: Self {
    Self(
      name: "template", id: { String($0.id) },
      columns: [
        .init("id", isNumber: true) { String($0.id) }, .init("name", isElastic: true, \.name), .init("format", \.format),
        .init("default") { $0.isDefault ? "yes" : "no" }, .init("state") { $0.isActive ? "active" : "disabled" },
        .init("since") { time($0.createdAt) },
      ])
  }
}
