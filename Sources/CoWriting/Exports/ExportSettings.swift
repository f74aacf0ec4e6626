import CoWritingAPI
import Protobuf

/// How a document is to look as a file: what the request says, where it says nothing what the template says, and else what is usual.
struct ExportSettings: Equatable, Sendable {
  var pageSize = "A4"
  var isLandscape = false
  /// Centimetres.
  var margins = Margins.normal
  /// Points.
  var fontSize = 12.0
  var lineHeight = 1.5
  /// Nil for none.
  var header: String?
  var footer: String?
  var hasPageNumbers = true
  var watermark: String?
  var watermarkOpacity = 0.1
  var hasTableOfContents = false
  var hasMetadata = false
  var hasVersions = false

  struct Margins: Equatable, Sendable {
    var top: Double
    var bottom: Double
    var left: Double
    var right: Double

    static let narrow = Margins(top: 1.27, bottom: 1.27, left: 1.27, right: 1.27)
    /// Those of the document's templates.
    static let normal = Margins(top: 2.54, bottom: 2.54, left: 1.91, right: 1.91)
    static let wide = Margins(top: 3.18, bottom: 3.18, left: 3.81, right: 3.81)
  }

  init() {}

  /// - Parameters:
  ///   - template: The options of a template for the request's format, checked by `ExportOptions`; nil for none.
  ///   - title: The document's: the header where a template wants one and says no text.
  init(_ request: CoWritingV1.CreateExportRequest, template: GoogleProtobuf.Struct?, title: String) {
    if let template {
      take(template, format: request.format)
      if case .boolValue(true)? = template.fields["include_header"]?.kind, header == nil { header = title }
    }
    pageSize = request.pageSize ?? pageSize
    switch request.margin {
    case "narrow": margins = .narrow
    case "normal": margins = .normal
    case "wide": margins = .wide
    default: break
    }
    // An empty text takes away what the template has.
    if let text = request.header { header = text.nilIfEmpty }
    if let text = request.footer { footer = text.nilIfEmpty }
    if let text = request.watermark { watermark = text.nilIfEmpty }
    hasTableOfContents = request.tableOfContents ?? hasTableOfContents
    hasMetadata = request.includeMetadata ?? hasMetadata
    hasVersions = request.includeVersions ?? hasVersions
  }

  /// As they are stored: the options of a template that says the same.
  init(options: GoogleProtobuf.Struct, format: String) { take(options, format: format) }

  func options(for format: String) -> GoogleProtobuf.Struct {
    var options = GoogleProtobuf.Struct()
    func set(_ name: String, _ kind: GoogleProtobuf.Value.Kind) { options.fields[.init(name)] = .with { $0.kind = kind } }
    set("\(format)_page_size", .stringValue(pageSize))
    set("\(format)_orientation", .stringValue(isLandscape ? "landscape" : "portrait"))
    set("\(format)_margin_top", .numberValue(margins.top))
    set("\(format)_margin_bottom", .numberValue(margins.bottom))
    set("\(format)_margin_left", .numberValue(margins.left))
    set("\(format)_margin_right", .numberValue(margins.right))
    set("\(format)_font_size", .numberValue(fontSize))
    set("\(format)_line_height", .numberValue(lineHeight))
    if let header { set("header_text", .stringValue(header)) }
    if let footer { set("footer_text", .stringValue(footer)) }
    set("include_page_numbers", .boolValue(hasPageNumbers))
    if let watermark { set("watermark_text", .stringValue(watermark)) }
    set("watermark_opacity", .numberValue(watermarkOpacity))
    set("include_table_of_contents", .boolValue(hasTableOfContents))
    set("include_metadata", .boolValue(hasMetadata))
    set("include_versions", .boolValue(hasVersions))
    return options
  }

  private mutating func take(_ options: GoogleProtobuf.Struct, format: String) {
    func number(_ name: String) -> Double? { if case .numberValue(let value)? = options.fields[.init(name)]?.kind { value } else { nil } }
    func flag(_ name: String) -> Bool? { if case .boolValue(let value)? = options.fields[.init(name)]?.kind { value } else { nil } }
    func text(_ name: String) -> String? { if case .stringValue(let value)? = options.fields[.init(name)]?.kind { value } else { nil } }
    pageSize = text("\(format)_page_size") ?? pageSize
    isLandscape = text("\(format)_orientation") == "landscape"
    margins.top = number("\(format)_margin_top") ?? margins.top
    margins.bottom = number("\(format)_margin_bottom") ?? margins.bottom
    margins.left = number("\(format)_margin_left") ?? margins.left
    margins.right = number("\(format)_margin_right") ?? margins.right
    fontSize = number("\(format)_font_size") ?? fontSize
    lineHeight = number("\(format)_line_height") ?? lineHeight
    if flag("include_header") != false { header = text("header_text")?.nilIfEmpty }
    if flag("include_footer") != false { footer = text("footer_text")?.nilIfEmpty }
    hasPageNumbers = flag("include_page_numbers") ?? hasPageNumbers
    if flag("include_watermark") != false { watermark = text("watermark_text")?.nilIfEmpty }
    watermarkOpacity = number("watermark_opacity") ?? watermarkOpacity
    hasTableOfContents = flag("include_table_of_contents") ?? hasTableOfContents
    hasMetadata = flag("include_metadata") ?? hasMetadata
    hasVersions = flag("include_versions") ?? hasVersions
  }
}
