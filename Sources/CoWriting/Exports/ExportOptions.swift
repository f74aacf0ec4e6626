import Protobuf

/// What can be set of an export, in a template or by a request (chapter 文档导出接口 of the document).
///
/// The document writes the options of a page with the format before them, as `pdf_page_size`, and the others as they are.
enum ExportOptions {
  /// What an option takes.
  enum Kind: Sendable {
    case choice([String])
    case number(ClosedRange<Double>)
    case flag
    /// - Parameter max: Characters.
    case text(max: Int)
  }

  /// Options of the page: not for Markdown, which has none.
  static let page: [String: Kind] = [
    "page_size": .choice(["A3", "A4", "A5", "B5", "Letter", "Legal"]),
    "orientation": .choice(["portrait", "landscape"]),
    // Centimetres.
    "margin_top": .number(0...10), "margin_bottom": .number(0...10), "margin_left": .number(0...10), "margin_right": .number(0...10),
    // Points.
    "font_size": .number(6...48),
    "line_height": .number(1...4),
  ]

  /// Options without a format before them.
  static let common: [String: Kind] = [
    "include_header": .flag, "header_text": .text(max: 100),
    "include_footer": .flag, "footer_text": .text(max: 100),
    "include_page_numbers": .flag,
    "include_watermark": .flag, "watermark_text": .text(max: 50), "watermark_opacity": .number(0.01...1),
    "include_table_of_contents": .flag, "include_metadata": .flag, "include_versions": .flag,
  ]

  /// The formats that have pages.
  static let pagedFormats: Set<String> = ["pdf", "word", "html"]

  /// What an option of a template takes; nil if there is no such option for the format.
  static func kind(of name: String, format: String) -> Kind? {
    if let kind = common[name] { return kind }
    guard pagedFormats.contains(format), name.hasPrefix(format + "_") else { return nil }
    return page[String(name.dropFirst(format.count + 1))]
  }

  /// Checks the options of a template.
  ///
  /// - Throws: `CoWritingError.invalid` for an unknown option or a value that it does not take.
  static func check(_ options: GoogleProtobuf.Struct, format: String) throws(CoWritingError) {
    let members = options.fields.map { (name: $0.key.string, value: $0.value) }.sorted { $0.name < $1.name }
    for (name, value) in members {
      let field = "options.\(name)"
      guard let kind = kind(of: name, format: format) else { throw .invalid(field: field, "\(format)格式没有导出选项\(name.prefix(64))") }
      switch (kind, value.kind) {
      case (.choice(let choices), .stringValue(let text)?):
        guard choices.contains(text) else { throw .invalid(field: field, "\(name)只能是\(choices.joined(separator: "、"))之一") }
      case (.number(let range), .numberValue(let number)?):
        guard range.contains(number) else { throw .invalid(field: field, "\(name)必须在\(range.lowerBound)到\(range.upperBound)之间") }
      case (.flag, .boolValue?): break
      case (.text(let max), .stringValue(let text)?):
        guard text.unicodeScalars.count <= max else { throw .invalid(field: field, "\(name)不能超过\(max)个字符") }
      default: throw .invalid(field: field, "\(name)\(requirement(of: kind))")
      }
    }
  }

  private static func requirement(of kind: Kind) -> String {
    switch kind {
    case .choice(let choices): "只能是\(choices.joined(separator: "、"))之一"
    case .number: "必须是数字"
    case .flag: "必须是true或false"
    case .text: "必须是文本"
    }
  }
}
