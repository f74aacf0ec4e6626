/// Writes a oneof: an enum with a case for each field, and the optional property that holds it.
struct OneofGenerator {
  /// The property, without backticks.
  let property: String
  /// The enum's name inside the message.
  let type: String
  let path: [Int32]
  let fields: [FieldModel]
  let message: MessageNode
  let access: String

  func declaration(_ printer: inout SourcePrinter) {
    printer.documentation(message.file.sources.comment(path))
    printer.line("\(access) var \(SwiftNames.escaped(property)): \(message.swiftName).\(type)?")
  }

  func definition(_ printer: inout SourcePrinter) {
    printer.documentation(message.file.sources.comment(path))
    printer.block("\(access) enum \(type): Swift.Sendable, Swift.Equatable") { printer in
      for field in fields {
        printer.documentation(message.file.sources.comment(field.path))
        var indirect = ""
        if case .oneof(_, boxed: true) = field.storage { indirect = "indirect " }
        printer.line("\(indirect)case \(field.escapedName)(\(field.value.swift))")
      }
    }
  }
}
