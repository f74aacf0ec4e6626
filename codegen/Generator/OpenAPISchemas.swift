import Protobuf

/// The JSON schemas of messages as the REST face reads and writes them: proto names (or an explicit `json_name`), int64 as numbers, and in
/// answers every field, null where it is unset.
final class OpenAPISchemas {
  private let registry: Registry
  private let prefixes: [String: String]
  /// Component schemas by name, in order of first use.
  private(set) var components: [(String, JSONValue)] = []
  private var known: Set<String> = []

  /// - Parameter prefixes: What stands before the names of a package's messages.
  init(registry: Registry, prefixes: [String: String] = [:]) {
    self.registry = registry
    self.prefixes = prefixes
  }

  /// Whether a message is read or written: a request leaves out what it does not set, an answer does not.
  enum Direction { case request, answer }

  /// A reference to the component of a message, which is made if it is not there yet.
  func reference(_ message: MessageNode, _ direction: Direction) -> JSONValue {
    if let builtin = wellKnown(message.fullName) { return builtin }
    let name = componentName(message, direction)
    if known.insert(name).inserted {
      let position = components.count
      components.append((name, .null))
      components[position].1 = object(message, direction, without: [])
    }
    return .object([("$ref", .string("#/components/schemas/" + name))])
  }

  /// `Ticket`, and `TicketInput` for a message that is answered too.
  private func componentName(_ message: MessageNode, _ direction: Direction) -> String {
    let package = message.file.package.isEmpty ? "." : "." + message.file.package + "."
    let name =
      (prefixes[message.file.package] ?? "") + message.fullName.dropFirst(package.count).split(separator: ".").joined(separator: "_")
    let isShared = direction == .request && !message.fullName.hasSuffix("Request")
    return isShared ? name + "Input" : name
  }

  /// The schema of a message without the fields in `without`, which are bound elsewhere.
  func object(_ message: MessageNode, _ direction: Direction, without: Set<String>) -> JSONValue {
    var properties: [(String, JSONValue)] = []
    var required: [JSONValue] = []
    // With a mask a key can be there and null: that clears the field.
    let isPatch = message.proto.field.contains(where: isMask)
    for (index, field) in message.proto.field.enumerated() {
      guard let name = field.name, !without.contains(name), !isMask(field), !isHeader(field) else { continue }
      let path = message.path + [2, Int32(index)]
      let key = restName(field, path: path, in: message.file)
      properties.append((key, property(field, comment: message.file.sources.comment(path), direction, isPatch: isPatch)))
      let isRequired = direction == .request ? mustBeGiven(field) : isAlwaysWritten(field)
      if isRequired { required.append(.string(key)) }
    }
    let text = Documentation(message.comment).text
    return .present([
      ("type", .string("object")), ("description", text.isEmpty ? nil : .string(text)), ("properties", .object(properties)),
      ("required", required.isEmpty ? nil : .array(required)),
    ])
  }

  /// The schema of a multipart form: its plain fields and its file.
  func form(_ message: MessageNode, without: Set<String>) -> JSONValue {
    guard let (_, file, part) = FilePartCheck.field(of: message) else { return object(message, .request, without: without) }
    let plain = object(message, .request, without: without.union([file.name ?? "", part.filenameField, part.contentTypeField]))
    guard case .members(var members) = plain else { return plain }
    // `format` is what tools of OpenAPI 3.0 look for.
    let schema = JSONValue.object([
      ("type", .string("string")), ("format", .string("binary")), ("contentMediaType", .string("application/octet-stream")),
    ])
    for index in members.indices {
      switch (members[index].name, members[index].value) {
      case ("properties", .members(let properties)):
        members[index].value = .members([JSONMember(name: part.name, value: schema)] + properties)
      case ("required", .array(let names)):
        members[index].value = .array([.string(part.name)] + names)
      default: break
      }
    }
    if !members.contains(where: { $0.name == "required" }) {
      members.append(JSONMember(name: "required", value: .array([.string(part.name)])))
    }
    return .members(members)
  }

  /// The gateway fills a mask from the keys that are there; nobody writes it.
  func isMask(_ field: GoogleProtobuf.FieldDescriptorProto) -> Bool { field.typeName == ".google.protobuf.FieldMask" }

  /// The field is a header, and so no key of the JSON.
  func isHeader(_ field: GoogleProtobuf.FieldDescriptorProto) -> Bool { field.options?.weftV1Field?.header.isEmpty == false }

  /// The key that stands for a field.
  func restName(_ field: GoogleProtobuf.FieldDescriptorProto, path: [Int32], in file: FileNode) -> String {
    file.sources.contains(path + [10]) ? field.jsonName ?? "" : field.name ?? ""
  }

  /// A field without presence whose zero breaks its own rules has to be given as well.
  func mustBeGiven(_ field: GoogleProtobuf.FieldDescriptorProto) -> Bool {
    let rules = field.options?.bufValidateField
    if rules?.required == true { return true }
    guard field.proto3Optional != true, field.label != .repeated, field.oneofIndex == nil, case .string(let string)? = rules?.type else {
      return false
    }
    return string.minLen ?? 0 > 0 || !string.in.isEmpty || string.pattern != nil
  }

  private func isAlwaysWritten(_ field: GoogleProtobuf.FieldDescriptorProto) -> Bool {
    if field.options?.weftV1Field?.omitUnset == true { return false }
    return field.oneofIndex == nil || field.proto3Optional == true
  }

  /// The schema of a field's value, with comment, example and rules.
  func property(_ field: GoogleProtobuf.FieldDescriptorProto, comment: String, _ direction: Direction, isPatch: Bool = false) -> JSONValue {
    let documentation = Documentation(comment)
    var schema = value(field, direction)
    let hasPresence = field.label != .repeated && (field.proto3Optional == true || field.type == .message)
    let isNullable = (direction == .answer || isPatch) && hasPresence && field.options?.weftV1Field?.omitUnset != true
    if isNullable { schema = nullable(schema) }
    guard case .members(var members) = schema else { return schema }
    if !documentation.text.isEmpty { members.append(JSONMember(name: "description", value: .string(documentation.text))) }
    if let example = documentation.example { members.append(JSONMember(name: "examples", value: .array([example]))) }
    return .members(members)
  }

  private func nullable(_ schema: JSONValue) -> JSONValue {
    guard case .members(var members) = schema else { return schema }
    guard let index = members.firstIndex(where: { $0.name == "type" }) else {
      return .object([("anyOf", .array([schema, .object([("type", .string("null"))])]))])
    }
    members[index].value = .array([members[index].value, .string("null")])
    if let index = members.firstIndex(where: { $0.name == "enum" }), case .array(let values) = members[index].value {
      members[index].value = .array(values + [.null])
    }
    return .members(members)
  }

  /// The schema of a field's value without comment: arrays and maps around the type of what is in them.
  private func value(_ field: GoogleProtobuf.FieldDescriptorProto, _ direction: Direction) -> JSONValue {
    let rules = field.options?.bufValidateField
    guard field.label == .repeated else { return single(field, rules: rules, direction) }
    if let entry = registry.messages[field.typeName ?? ""], entry.isMapEntry {
      return .object([("type", .string("object")), ("additionalProperties", single(entry.proto.field[1], rules: nil, direction))])
    }
    var items: BufValidate.FieldRules?
    var limits: [(String, JSONValue?)] = []
    if case .repeated(let list)? = rules?.type {
      items = list.items
      limits = [
        ("minItems", list.minItems.map { .number(String($0)) }), ("maxItems", list.maxItems.map { .number(String($0)) }),
        ("uniqueItems", list.unique == true ? .bool(true) : nil),
      ]
    }
    return .present([("type", .string("array")), ("items", single(field, rules: items, direction))] + limits)
  }

  private func single(_ field: GoogleProtobuf.FieldDescriptorProto, rules: BufValidate.FieldRules?, _ direction: Direction) -> JSONValue {
    var members: [(String, JSONValue?)]
    switch field.type ?? .init() {
    case .message:
      guard let message = registry.messages[field.typeName ?? ""] else { return .object([]) }
      return reference(message, direction)
    case .enum:
      let names = registry.enums[field.typeName ?? ""]?.proto.value.compactMap(\.name) ?? []
      return .object([("type", .string("string")), ("enum", .array(names.map { .string($0) }))])
    case .string: members = [("type", .string("string"))]
    case .bytes: members = [("type", .string("string")), ("contentEncoding", .string("base64"))]
    case .bool: members = [("type", .string("boolean"))]
    case .double: members = [("type", .string("number")), ("format", .string("double"))]
    case .float: members = [("type", .string("number")), ("format", .string("float"))]
    case .int32, .sint32, .sfixed32: members = [("type", .string("integer")), ("format", .string("int32"))]
    case .uint32, .fixed32: members = [("type", .string("integer")), ("minimum", .number("0"))]
    case .uint64, .fixed64: members = [("type", .string("integer")), ("minimum", .number("0"))]
    default: members = [("type", .string("integer")), ("format", .string("int64"))]
    }
    return .present(members + OpenAPIRules.keywords(rules?.type))
  }

  /// Messages that are no objects in JSON, or objects of any kind.
  private func wellKnown(_ name: String) -> JSONValue? {
    func type(_ name: String, _ format: String? = nil) -> JSONValue {
      .present([("type", .string(name)), ("format", format.map { .string($0) })])
    }
    switch name {
    case ".google.protobuf.Timestamp": return type("string", "date-time")
    case ".google.protobuf.Duration", ".google.protobuf.FieldMask", ".google.protobuf.StringValue": return type("string")
    case ".google.protobuf.BytesValue": return .object([("type", .string("string")), ("contentEncoding", .string("base64"))])
    case ".google.protobuf.BoolValue": return type("boolean")
    case ".google.protobuf.DoubleValue", ".google.protobuf.FloatValue": return type("number")
    case ".google.protobuf.Int32Value", ".google.protobuf.UInt32Value", ".google.protobuf.Int64Value", ".google.protobuf.UInt64Value":
      return type("integer")
    case ".google.protobuf.Struct", ".google.protobuf.Any", ".google.protobuf.Empty": return type("object")
    case ".google.protobuf.ListValue": return .object([("type", .string("array")), ("items", .object([]))])
    case ".google.protobuf.Value": return .object([])
    default: return nil
    }
  }
}
