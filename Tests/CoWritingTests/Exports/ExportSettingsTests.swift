import CoWritingAPI
import Protobuf
import Testing

@testable import CoWriting

@Suite struct ExportSettingsTests {
  private static func object(_ members: [String: GoogleProtobuf.Value.Kind]) -> GoogleProtobuf.Struct {
    var object = GoogleProtobuf.Struct()
    for (name, kind) in members { object.fields[.init(name)] = .with { $0.kind = kind } }
    return object
  }

  /// What is stored with an export says the same when it is read again.
  @Test(arguments: ["pdf", "word", "html", "markdown"])
  func settingsComeBackFromTheirOptions(format: String) {
    var settings = ExportSettings()
    settings.pageSize = "B5"
    settings.isLandscape = true
    settings.margins = .init(top: 0.5, bottom: 1.25, left: 3, right: 4)
    settings.fontSize = 10.5
    settings.lineHeight = 1.75
    settings.header = "页眉"
    settings.watermark = "机密"
    settings.watermarkOpacity = 0.25
    settings.hasPageNumbers = false
    settings.hasTableOfContents = true
    settings.hasMetadata = true
    settings.hasVersions = true
    #expect(ExportSettings(options: settings.options(for: format), format: format) == settings)
    let usual = ExportSettings()
    #expect(ExportSettings(options: usual.options(for: format), format: format) == usual)
  }

  @Test func theRequestGoesBeforeTheTemplate() {
    let template = Self.object([
      "pdf_page_size": .stringValue("A3"), "pdf_margin_left": .numberValue(5), "pdf_orientation": .stringValue("landscape"),
      "header_text": .stringValue("模板"), "footer_text": .stringValue("模板"), "include_table_of_contents": .boolValue(true),
    ])
    var request = CoWritingV1.CreateExportRequest()
    request.format = "pdf"
    let asTemplate = ExportSettings(request, template: template, title: "标题")
    #expect(asTemplate.pageSize == "A3" && asTemplate.isLandscape && asTemplate.margins.left == 5 && asTemplate.hasTableOfContents)
    request.pageSize = "A4"
    request.margin = "narrow"
    request.header = ""
    request.footer = "请求"
    request.tableOfContents = false
    let settings = ExportSettings(request, template: template, title: "标题")
    #expect(settings.pageSize == "A4" && settings.margins == .narrow && settings.header == nil && settings.footer == "请求")
    #expect(!settings.hasTableOfContents && settings.isLandscape)
  }

  @Test func aHeaderWithoutATextIsTheTitle() {
    var request = CoWritingV1.CreateExportRequest()
    request.format = "word"
    let template = Self.object(["include_header": .boolValue(true), "include_footer": .boolValue(true)])
    let settings = ExportSettings(request, template: template, title: "标题")
    #expect(settings.header == "标题" && settings.footer == nil && settings.watermark == nil)
    request.header = ""
    #expect(ExportSettings(request, template: template, title: "标题").header == nil)
    #expect(ExportSettings(request, template: nil, title: "标题").header == nil)
  }

  /// Narrower and wider than the usual, on every side.
  @Test func marginsAreInTheirOrder() {
    let sides: [any KeyPath<ExportSettings.Margins, Double> & Sendable] = [\.top, \.bottom, \.left, \.right]
    for side in sides {
      #expect(ExportSettings.Margins.narrow[keyPath: side] < ExportSettings.Margins.normal[keyPath: side])
      #expect(ExportSettings.Margins.normal[keyPath: side] < ExportSettings.Margins.wide[keyPath: side])
    }
  }

  /// The options of the document's two templates are taken.
  @Test func documentedOptionsAreKnown() throws {
    for format in ["pdf", "word"] {
      try ExportOptions.check(
        Self.object([
          "\(format)_page_size": .stringValue("A4"), "\(format)_orientation": .stringValue("portrait"),
          "\(format)_margin_top": .numberValue(2.54), "\(format)_margin_bottom": .numberValue(2.54),
          "\(format)_margin_left": .numberValue(1.91), "\(format)_margin_right": .numberValue(1.91),
          "\(format)_font_size": .numberValue(12), "\(format)_line_height": .numberValue(1.5), "include_header": .boolValue(false),
          "include_footer": .boolValue(true), "include_page_numbers": .boolValue(true), "include_watermark": .boolValue(true),
          "watermark_text": .stringValue("机密文档"), "watermark_opacity": .numberValue(0.1),
        ]), format: format)
    }
  }

  @Test(arguments: [
    ("pdf", "word_page_size", GoogleProtobuf.Value.Kind.stringValue("A4")), ("markdown", "markdown_font_size", .numberValue(12)),
    ("pdf", "page_size", .stringValue("A4")), ("pdf", "pdf_margin_top", .numberValue(.nan)),
    ("pdf", "pdf_margin_top", .numberValue(.infinity)),
    ("pdf", "pdf_page_size", .stringValue("a4")), ("pdf", "include_header", .numberValue(1)), ("html", "pdf_", .boolValue(true)),
  ])
  func otherOptionsAreRefusedByName(format: String, name: String, kind: GoogleProtobuf.Value.Kind) {
    do {
      try ExportOptions.check(Self.object([name: kind]), format: format)
      Issue.record("\(name) was taken")
    } catch {
      guard case .invalid(let field, _) = error else {
        Issue.record(error)
        return
      }
      #expect(field == "options.\(name)")
    }
  }
}
