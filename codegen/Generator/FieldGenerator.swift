import Protobuf

/// Writes what one field adds to its message: the property, the case that reads it, the statement that writes it.
struct FieldGenerator {
  let field: FieldModel
  /// The property of the oneof that the field is a case of.
  let oneofProperty: String?
  let message: MessageNode
  let registry: Registry
  let access: String

  /// The property. A oneof's property is the oneof's own business.
  func declaration(_ printer: inout SourcePrinter) {
    let name = field.escapedName
    let type = field.value.swift
    let comment = message.file.sources.comment(field.path)
    switch field.storage {
    case .implicit:
      printer.documentation(comment)
      printer.line("\(access) var \(name): \(type) = \(field.value.zero)")
    case .explicit:
      printer.documentation(comment)
      printer.line("\(access) var \(name): \(type)?")
      defaultValue(&printer)
    case .boxed:
      printer.documentation(comment)
      printer.block("\(access) var \(name): \(type)?") { printer in
        printer.line("get { box_\(field.name)?.value }")
        printer.line("set { box_\(field.name) = newValue.map { Protobuf.Indirect($0) } }")
      }
      printer.line("private var box_\(field.name): Protobuf.Indirect<\(type)>?")
    case .array:
      printer.documentation(comment)
      printer.line("\(access) var \(name): [\(type)] = []")
    case .map(let key, let value):
      printer.documentation(comment)
      printer.line("\(access) var \(name): [\(key.swift): \(value.swift)] = [:]")
    case .oneof: break
    }
  }

  /// proto2: what an unset field means where the file says so.
  private func defaultValue(_ printer: inout SourcePrinter) {
    guard let text = field.proto.defaultValue, let literal = literal(text) else { return }
    printer.documentation("`\(field.name)`, or what the file gives for an unset one.")
    printer.line("\(access) var \(field.name)OrDefault: \(field.value.swift) { self.\(field.escapedName) ?? \(literal) }")
  }

  private func literal(_ text: String) -> String? {
    switch field.value.type {
    case .string:
      return "\"" + text.unicodeScalars.map { Self.isPlain($0) ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined() + "\""
    case .bytes: return "[" + Self.unescaped(text).map(String.init).joined(separator: ", ") + "]"
    case .enum:
      guard let node = registry.enums[field.proto.typeName ?? ""] else { return nil }
      guard let index = node.proto.value.firstIndex(where: { $0.name == text }) else { return nil }
      return "." + node.valueNames[index]
    case .double, .float:
      switch text {
      case "inf": return ".infinity"
      case "-inf": return "-.infinity"
      case "nan": return ".nan"
      default: return text
      }
    default: return text
    }
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && scalar != "\"" && scalar != "\\" && scalar.value != 0x7f
  }

  /// The bytes that protoc wrote as a C string.
  private static func unescaped(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        let digits = [next] + rest.prefix(2)
        rest = rest.dropFirst(2)
        result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1) - 48 }))
      default: result.append(next)
      }
    }
    return result
  }

  /// The cases of `merge(from:)`.
  func merging(_ printer: inout SourcePrinter) {
    let name = "self." + field.escapedName
    let read = "try reader.\(field.value.method)()"
    switch field.storage {
    case .explicit where field.isMessage, .boxed:
      printer.line("case \(field.tag): try reader.message(into: &\(name))")
    case .implicit, .explicit:
      printer.line("case \(field.tag): \(name) = \(read)")
    case .array where field.isMessage:
      printer.line("case \(field.tag): try reader.message(appendingTo: &\(name))")
    case .array:
      printer.line("case \(field.tag): \(name).append(\(read))")
      if field.value.wireType != 2 {
        printer.line("case \(field.packedTag): try reader.packed(\(field.value.coding).self, into: &\(name))")
      }
    case .map(let key, let value):
      printer.line("case \(field.tag): try reader.mapEntry(\(key.coding).self, \(value.coding).self, into: &\(name))")
    case .oneof:
      let oneof = "self." + SwiftNames.escaped(oneofProperty ?? "")
      guard field.isMessage else {
        printer.line("case \(field.tag): \(oneof) = .\(field.escapedName)(\(read))")
        return
      }
      printer.line("case \(field.tag):")
      printer.indented { printer in
        printer.line("var value = \(field.value.swift)()")
        printer.line("if case .\(field.escapedName)(let old)? = \(oneof) { value = old }")
        printer.line("try reader.message(merging: &value)")
        printer.line("\(oneof) = .\(field.escapedName)(value)")
      }
    }
  }

  /// The statement of `encode(to:)`.
  func encoding(_ printer: inout SourcePrinter) {
    let name = "self." + field.escapedName
    let method = "writer.\(field.value.method)"
    switch field.storage {
    case .implicit:
      let isSet = field.value.isSet.split(separator: "$", omittingEmptySubsequences: false).joined(separator: name)
      printer.line("if \(isSet) { \(method)(\(name), tag: \(field.tag)) }")
    case .explicit, .boxed:
      printer.line("if let value = \(name) { \(method)(value, tag: \(field.tag)) }")
    case .array where field.isMessage:
      printer.line("writer.messages(\(name), tag: \(field.tag))")
    case .array where field.isPacked:
      printer.line("writer.packed(\(field.value.coding).self, \(name), tag: \(field.packedTag))")
    case .array:
      printer.line("writer.repeated(\(field.value.coding).self, \(name), tag: \(field.tag))")
    case .map(let key, let value):
      printer.line("writer.map(\(key.coding).self, \(value.coding).self, \(name), tag: \(field.tag))")
    case .oneof:
      let oneof = "self." + SwiftNames.escaped(oneofProperty ?? "")
      printer.line("if case .\(field.escapedName)(let value)? = \(oneof) { \(method)(value, tag: \(field.tag)) }")
    }
  }

  /// The statement of `checkRequired()`, if the field needs one.
  func requiring(_ printer: inout SourcePrinter) {
    let name = "self." + field.escapedName
    if field.isRequired {
      printer.line("guard \(name) != nil else { throw .missingRequired(\"\(field.proto.name ?? "")\") }")
    }
    guard field.isMessage, registry.hasRequired(field.proto.typeName ?? "") else { return }
    switch field.storage {
    case .explicit, .boxed: printer.line("try \(name)?.checkRequired()")
    case .array: printer.line("for value in \(name) { try value.checkRequired() }")
    case .map(_, let value):
      if value.type == .message { printer.line("for value in \(name).values { try value.checkRequired() }") }
    case .oneof:
      let oneof = "self." + SwiftNames.escaped(oneofProperty ?? "")
      printer.line("if case .\(field.escapedName)(let value)? = \(oneof) { try value.checkRequired() }")
    case .implicit: break
    }
  }
}
