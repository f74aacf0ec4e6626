import Protobuf

/// Schemas as a person reads them: proto syntax, rebuilt from the descriptors.
enum SymbolDescription {
  /// The declaration of `symbol` in `file` or what it imports; nil if there is none.
  static func text(of symbol: String, in file: FileDescriptor) -> String? {
    if let service = file.services.first(where: { $0.fullName == symbol }) { return text(of: service) }
    for service in file.services {
      let wanted = symbol.replacing("/", with: ".")
      if let method = service.methods.first(where: { "\(service.fullName).\($0.name)" == wanted }) {
        return [text(of: method), text(of: method.input), text(of: method.output)].joined(separator: "\n\n")
      }
    }
    if let message = file.findMessage(symbol) { return text(of: message) }
    return file.enums.first { $0.fullName == symbol }.map(text(of:))
  }

  static func text(of service: ServiceSchema) -> String {
    "service \(service.fullName) {\n" + service.methods.map { "  " + text(of: $0) }.joined(separator: "\n") + "\n}"
  }

  static func text(of method: MethodSchema) -> String {
    let input = (method.clientStreaming ? "stream " : "") + method.input.fullName
    let output = (method.serverStreaming ? "stream " : "") + method.output.fullName
    return "rpc \(method.name)(\(input)) returns (\(output));"
  }

  static func text(of message: MessageSchema) -> String {
    var lines = ["message \(message.fullName) {"]
    for field in message.fields {
      lines.append("  \(type(of: field)) \(field.name) = \(field.number);")
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  static func text(of enumeration: EnumSchema) -> String {
    let values = enumeration.values.map { "  \($0.name) = \($0.number);" }
    return (["enum \(enumeration.fullName) {"] + values + ["}"]).joined(separator: "\n")
  }

  private static func type(of field: FieldSchema) -> String {
    let name = field.message?.fullName ?? field.enumeration?.fullName ?? "\(field.type)"
    switch field.cardinality {
    case .map:
      let entry = field.message?.fields ?? []
      return "map<" + entry.map { type(of: $0) }.joined(separator: ", ") + ">"
    case .repeated: return "repeated \(name)"
    case .optional where field.message == nil: return "optional \(name)"
    case .required: return "required \(name)"
    default: return name
    }
  }
}
