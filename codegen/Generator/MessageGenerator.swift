import Protobuf

/// Writes a message: a struct with a property for each field, its reading and writing, and the types nested in it.
struct MessageGenerator {
  private let node: MessageNode
  private let registry: Registry
  private let access: String
  /// In the order of the file.
  private var fields: [FieldGenerator] = []
  private var oneofs: [OneofGenerator] = []

  init(_ node: MessageNode, registry: Registry, access: String) throws(GeneratorError) {
    self.node = node
    self.registry = registry
    self.access = access
    var taken: Set<String> = []
    let models = try Self.models(node, registry: registry, taken: &taken)
    let nested = Set(node.messages.map(\.swiftBaseName) + node.enums.map(\.swiftBaseName))
    for (index, oneof) in node.proto.oneofDecl.enumerated() {
      let members = models.filter { if case .oneof(index: index, boxed: _) = $0.storage { true } else { false } }
      guard !members.isEmpty else { continue }  // Made by protoc for a proto3 `optional`.
      oneofs.append(
        OneofGenerator(
          property: Self.unique(SwiftNames.member(oneof.name ?? ""), number: Int32(index), taken: &taken),
          type: SwiftNames.type(SwiftNames.upperCamel(oneof.name ?? ""), suffix: "OneOf", taken: nested),
          path: node.path + [8, Int32(index)], fields: members, message: node, access: access))
    }
    for model in models {
      var property: String?
      if case .oneof(let index, _) = model.storage {
        property = oneofs.first { $0.path.last == Int32(index) }?.property
      }
      fields.append(FieldGenerator(field: model, oneofProperty: property, message: node, registry: registry, access: access))
    }
  }

  private static func models(_ node: MessageNode, registry: Registry, taken: inout Set<String>) throws(GeneratorError) -> [FieldModel] {
    var models: [FieldModel] = []
    for (index, proto) in node.proto.field.enumerated() {
      let name = unique(SwiftNames.member(proto.name ?? ""), number: proto.number ?? 0, taken: &taken)
      models.append(try FieldModel(proto, name: name, path: node.path + [2, Int32(index)], in: node, registry: registry))
    }
    return models
  }

  /// Two fields may have one name in Swift (`user_id` and `userID`); the later one gets its number behind it.
  private static func unique(_ name: String, number: Int32, taken: inout Set<String>) -> String {
    taken.insert(name).inserted ? name : name + "_\(number)"
  }

  /// The place of the message in the file, as `FileDescriptor.message(at:)` takes it: `4, 0, 3, 1` of the path is `[0, 1]`.
  private var indices: String {
    "[" + stride(from: 1, to: node.path.count, by: 2).map { String(node.path[$0]) }.joined(separator: ", ") + "]"
  }

  func definition(_ printer: inout SourcePrinter) throws(GeneratorError) {
    let nested = try node.messages.filter { !$0.isMapEntry }.map { (message) throws(GeneratorError) in
      try MessageGenerator(message, registry: registry, access: access)
    }
    var nestedText: [SourcePrinter] = []
    for generator in nested {
      var part = SourcePrinter()
      try generator.definition(&part)
      nestedText.append(part)
    }
    printer.documentation(node.comment)
    printer.block("\(access) struct \(SwiftNames.escaped(node.swiftBaseName)): Protobuf.Message") { printer in
      properties(&printer)
      reading(&printer)
      writing(&printer)
      requiring(&printer)
      for oneof in oneofs {
        printer.line()
        oneof.definition(&printer)
      }
      for node in node.enums {
        printer.line()
        EnumGenerator(node: node, access: access).definition(&printer)
      }
      for part in nestedText {
        printer.line()
        printer.line(String(part.text.dropLast()))
      }
    }
  }

  private func properties(_ printer: inout SourcePrinter) {
    for field in fields { field.declaration(&printer) }
    for oneof in oneofs { oneof.declaration(&printer) }
    if !fields.isEmpty { printer.line() }
    printer.line("\(access) var unknownFields = Protobuf.UnknownFields()")
    printer.line("\(access) static let schema = \(node.file.namespace).\(node.file.property).message(at: \(indices))")
    printer.line("\(access) init() {}")
  }

  private func reading(_ printer: inout SourcePrinter) {
    printer.line()
    let head = "\(access) mutating func merge(from reader: inout Protobuf.BinaryReader) throws(Protobuf.WireError)"
    printer.block(head) { printer in
      printer.block("while true") { printer in
        printer.line("switch try reader.tag() {")
        printer.line("case 0: return")
        for field in fields { field.merging(&printer) }
        printer.line("case let tag: try reader.unknown(tag, into: &self.unknownFields)")
        printer.line("}")
      }
    }
  }

  private func writing(_ printer: inout SourcePrinter) {
    printer.line()
    printer.block("\(access) func encode(to writer: inout Protobuf.BinaryWriter)") { printer in
      printer.line("writer.unknown(self.unknownFields)")
      for field in fields.sorted(by: { $0.field.number > $1.field.number }) { field.encoding(&printer) }
    }
  }

  private func requiring(_ printer: inout SourcePrinter) {
    guard registry.hasRequired(node.fullName) else { return }
    printer.line()
    printer.block("\(access) func checkRequired() throws(Protobuf.WireError)") { printer in
      for field in fields { field.requiring(&printer) }
    }
  }
}
