/// Writes an enum: a struct around the number, so that numbers the file does not name have a place.
struct EnumGenerator {
  let node: EnumNode
  let access: String

  func definition(_ printer: inout SourcePrinter) {
    printer.documentation(node.file.sources.comment(node.path))
    printer.block("\(access) struct \(SwiftNames.escaped(node.swiftBaseName)): Protobuf.Enumeration") { printer in
      for (index, value) in node.proto.value.enumerated() {
        printer.documentation(node.file.sources.comment(node.path + [2, Int32(index)]))
        let name = SwiftNames.escaped(node.valueNames[index])
        printer.line("\(access) static var \(name): Self { Self(rawValue: \(value.number ?? 0)) }")
      }
      printer.line()
      printer.line("\(access) var rawValue: Swift.Int32")
      printer.line("\(access) init(rawValue: Swift.Int32) { self.rawValue = rawValue }")
    }
  }
}
