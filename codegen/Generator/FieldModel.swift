import Protobuf

/// A field as the generated Swift sees it: names, types, and which calls of the runtime read and write it.
struct FieldModel {
  /// How the field is stored.
  enum Storage {
    /// A plain value; unset means zero or empty.
    case implicit
    /// An optional.
    case explicit
    /// An optional in a box, because its type contains the message.
    case boxed
    case array
    case map(key: ValueType, value: ValueType)
    /// A case of the enum of oneof number `index`.
    case oneof(index: Int, boxed: Bool)
  }

  /// A protobuf type: its Swift type and its calls.
  struct ValueType {
    var type: GoogleProtobuf.FieldDescriptorProto.TypeEnum
    /// `Swift.String`, `CSAv1.Ticket`
    var swift: String
    /// `Protobuf.WireString`
    var coding: String
    /// The method of reader and writer: `string`
    var method: String
    var wireType: UInt32
    /// The value of an unset field.
    var zero: String
    /// What an implicit field is compared with: `!value.isEmpty`, where `$` stands for the value.
    var isSet: String
  }

  let proto: GoogleProtobuf.FieldDescriptorProto
  let path: [Int32]
  /// The Swift property or case, without backticks.
  let name: String
  let value: ValueType
  let storage: Storage
  let isPacked: Bool

  var number: UInt32 { UInt32(proto.number ?? 0) }
  var tag: UInt32 { number << 3 | value.wireType }
  var packedTag: UInt32 { number << 3 | 2 }
  var isMessage: Bool { value.type == .message }
  var isRequired: Bool { proto.label == .required }
  var escapedName: String { SwiftNames.escaped(name) }

  init(
    _ proto: GoogleProtobuf.FieldDescriptorProto, name: String, path: [Int32], in message: MessageNode, registry: Registry
  ) throws(GeneratorError) {
    self.proto = proto
    self.path = path
    self.name = name
    let value = try Self.valueType(of: proto, path: path, file: message.file, registry: registry)
    self.value = value
    let isProto3 = message.file.isProto3
    let isRecursive = proto.type == .message && registry.message(proto.typeName ?? "", contains: message.fullName)
    if let entry = registry.messages[proto.typeName ?? ""], entry.isMapEntry, entry.proto.field.count == 2 {
      let key = try Self.valueType(of: entry.proto.field[0], path: path, file: message.file, registry: registry)
      let element = try Self.valueType(of: entry.proto.field[1], path: path, file: message.file, registry: registry)
      storage = .map(key: key.asKey, value: element)
    } else if proto.label == .repeated {
      storage = .array
    } else if let index = proto.oneofIndex, proto.proto3Optional != true {
      storage = .oneof(index: Int(index), boxed: isRecursive)
    } else if isRecursive {
      storage = .boxed
    } else if proto.type == .message || !isProto3 || proto.proto3Optional == true {
      storage = .explicit
    } else {
      storage = .implicit
    }
    isPacked = proto.label == .repeated && value.wireType != 2 && (proto.options?.packed ?? isProto3)
  }

  static func valueType(
    of proto: GoogleProtobuf.FieldDescriptorProto, path: [Int32], file: FileNode, registry: Registry
  ) throws(GeneratorError) -> ValueType {
    let type = proto.type ?? .init()
    let name = proto.typeName ?? ""
    func scalar(_ swift: String, _ coding: String, _ wireType: UInt32, zero: String = "0", isSet: String = "$ != 0") -> ValueType {
      ValueType(
        type: type, swift: swift, coding: "Protobuf.Wire" + coding,
        method: coding.first == "S" && coding != "String" || coding.first == "U"
          ? coding.lowercased() : coding.prefix(1).lowercased() + coding.dropFirst(),
        wireType: wireType, zero: zero, isSet: isSet)
    }
    switch type {
    case .double: return scalar("Swift.Double", "Double", 1, isSet: "$.bitPattern != 0")
    case .float: return scalar("Swift.Float", "Float", 5, isSet: "$.bitPattern != 0")
    case .int64: return scalar("Swift.Int64", "Int64", 0)
    case .uint64: return scalar("Swift.UInt64", "UInt64", 0)
    case .int32: return scalar("Swift.Int32", "Int32", 0)
    case .fixed64: return scalar("Swift.UInt64", "Fixed64", 1)
    case .fixed32: return scalar("Swift.UInt32", "Fixed32", 5)
    case .bool: return scalar("Swift.Bool", "Bool", 0, zero: "false", isSet: "$")
    case .string: return scalar("Swift.String", "String", 2, zero: "\"\"", isSet: "!$.isEmpty")
    case .bytes: return scalar("[Swift.UInt8]", "Bytes", 2, zero: "[]", isSet: "!$.isEmpty")
    case .uint32: return scalar("Swift.UInt32", "UInt32", 0)
    case .sfixed32: return scalar("Swift.Int32", "SFixed32", 5)
    case .sfixed64: return scalar("Swift.Int64", "SFixed64", 1)
    case .sint32: return scalar("Swift.Int32", "SInt32", 0)
    case .sint64: return scalar("Swift.Int64", "SInt64", 0)
    case .message:
      guard let message = registry.messages[name] else { throw file.error(path, "the type \(name) is not in the request") }
      return ValueType(
        type: type, swift: message.swiftName, coding: "Protobuf.WireMessage<\(message.swiftName)>", method: "message", wireType: 2,
        zero: "\(message.swiftName)()", isSet: "true")
    case .enum:
      guard let node = registry.enums[name] else { throw file.error(path, "the type \(name) is not in the request") }
      return ValueType(
        type: type, swift: node.swiftName, coding: "Protobuf.WireEnum<\(node.swiftName)>", method: "enumeration", wireType: 0,
        zero: "\(node.swiftName)()", isSet: "$.rawValue != 0")
    default:
      throw file.error(path, "field \(proto.name ?? ""): groups are not supported; write a message field")
    }
  }
}

extension FieldModel.ValueType {
  /// The same as a map's key: strings then compare as bytes.
  fileprivate var asKey: Self {
    guard type == .string else { return self }
    var key = self
    key.swift = "Protobuf.MapKey"
    key.coding = "Protobuf.WireStringKey"
    return key
  }
}
