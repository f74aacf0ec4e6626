import Protobuf

/// Rules stand on fields of their type, and leave something that keeps them.
enum RuleCheck {
  static func mistakes(in files: [FileNode], registry: Registry) -> [GeneratorError] {
    files.flatMap { file in file.messages.flatMap { mistakes(in: $0, registry) } }
  }

  private static func mistakes(in message: MessageNode, _ registry: Registry) -> [GeneratorError] {
    var found: [GeneratorError] = []
    for (index, field) in message.proto.field.enumerated() {
      guard let rules = field.options?.bufValidateField else { continue }
      let path = message.path + [2, Int32(index), 8, 1159]
      for text in problems(rules, on: field, registry, isElement: false) {
        found.append(message.file.error(path, "\(message.proto.name ?? "").\(field.name ?? ""): \(text)"))
      }
    }
    return found + message.messages.flatMap { mistakes(in: $0, registry) }
  }

  private static func problems(
    _ rules: BufValidate.FieldRules, on field: GoogleProtobuf.FieldDescriptorProto, _ registry: Registry, isElement: Bool
  ) -> [String] {
    guard let type = rules.type else { return [] }
    let name = ruleName(type)
    let takes = accepted(field, registry, isElement: isElement)
    guard takes.contains(name) else {
      let hint = takes.isEmpty ? "only `required`" : takes.map { "`\($0)`" }.joined(separator: " or ")
      return ["a rule of `\(name)` on \(described(field, registry, isElement: isElement)), which takes \(hint)"]
    }
    switch type {
    case .repeated(let rules):
      let inside = rules.items.map { problems($0, on: field, registry, isElement: true) } ?? []
      return inside + bounds("items", rules.minItems, rules.maxItems)
    case .map(let rules):
      let entry = registry.messages[field.typeName ?? ""]?.proto.field ?? []
      guard entry.count == 2 else { return [] }
      let keys = rules.keys.map { problems($0, on: entry[0], registry, isElement: true) } ?? []
      let values = rules.values.map { problems($0, on: entry[1], registry, isElement: true) } ?? []
      return keys + values + bounds("pairs", rules.minPairs, rules.maxPairs)
    case .string(let rules): return bounds("len", rules.minLen, rules.maxLen) + bounds("bytes", rules.minBytes, rules.maxBytes)
    case .bytes(let rules): return bounds("len", rules.minLen, rules.maxLen)
    default: return []
    }
  }

  private static func bounds(_ what: String, _ least: UInt64?, _ most: UInt64?) -> [String] {
    guard let least, let most, least > most else { return [] }
    return ["min_\(what) \(least) is more than max_\(what) \(most): no value keeps both"]
  }

  private static func ruleName(_ type: BufValidate.FieldRules.TypeOneOf) -> String {
    switch type {
    case .float: "float"
    case .double: "double"
    case .int32: "int32"
    case .int64: "int64"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .sint32: "sint32"
    case .sint64: "sint64"
    case .fixed32: "fixed32"
    case .fixed64: "fixed64"
    case .sfixed32: "sfixed32"
    case .sfixed64: "sfixed64"
    case .bool: "bool"
    case .string: "string"
    case .bytes: "bytes"
    case .enum: "enum"
    case .repeated: "repeated"
    case .map: "map"
    case .duration: "duration"
    case .timestamp: "timestamp"
    }
  }

  /// The kinds of rules that a field takes.
  private static func accepted(_ field: GoogleProtobuf.FieldDescriptorProto, _ registry: Registry, isElement: Bool) -> [String] {
    if field.label == .repeated, !isElement {
      return registry.messages[field.typeName ?? ""]?.isMapEntry == true ? ["map"] : ["repeated"]
    }
    guard field.type == .message else { return [scalarName(field)] }
    switch field.typeName {
    case ".google.protobuf.Duration": return ["duration"]
    case ".google.protobuf.Timestamp": return ["timestamp"]
    default: return wrapped(field.typeName ?? "").map { [$0] } ?? []
    }
  }

  private static func described(_ field: GoogleProtobuf.FieldDescriptorProto, _ registry: Registry, isElement: Bool) -> String {
    if field.label == .repeated, !isElement {
      return registry.messages[field.typeName ?? ""]?.isMapEntry == true ? "a map" : "a repeated field"
    }
    return field.type == .message ? "a field of message \((field.typeName ?? "").dropFirst())" : "a field of type \(scalarName(field))"
  }

  private static func wrapped(_ type: String) -> String? {
    let prefix = ".google.protobuf."
    guard type.hasPrefix(prefix), type.hasSuffix("Value"), type != prefix + "Value", type != prefix + "ListValue" else { return nil }
    return type.dropFirst(prefix.count).dropLast(5).lowercased()
  }

  private static func scalarName(_ field: GoogleProtobuf.FieldDescriptorProto) -> String {
    switch field.type ?? .init() {
    case .double: "double"
    case .float: "float"
    case .int64: "int64"
    case .uint64: "uint64"
    case .int32: "int32"
    case .fixed64: "fixed64"
    case .fixed32: "fixed32"
    case .bool: "bool"
    case .string: "string"
    case .bytes: "bytes"
    case .uint32: "uint32"
    case .enum: "enum"
    case .sfixed32: "sfixed32"
    case .sfixed64: "sfixed64"
    case .sint32: "sint32"
    case .sint64: "sint64"
    default: "message"
    }
  }
}
