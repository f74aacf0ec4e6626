/// A field of a message at run time.
public final class FieldSchema: @unchecked Sendable {  // SchemaBuilder fills it before its file is published; nothing writes afterwards
  /// How often the field occurs, and whether its absence shows.
  public enum Cardinality: UInt8, Sendable {
    /// A proto3 scalar without `optional`: unset is its default.
    case implicit
    /// Presence shows: `optional`, a message, a proto2 field.
    case optional
    /// A proto2 field that must be set.
    case required
    /// A member of a oneof.
    case oneof
    case repeated
    case map
  }

  /// Name in the `.proto`, such as "ticket_type".
  public let name: String
  /// Name in ProtoJSON: the `json_name` of the `.proto`, or the lowerCamelCase of `name`.
  public let jsonName: String
  /// Whether the `.proto` wrote `json_name`.
  public let hasExplicitJSONName: Bool
  /// Name on the REST face: `json_name` where the `.proto` wrote it, else `name`.
  public let restName: String
  public let number: Int
  public let type: FieldType
  public let cardinality: Cardinality
  /// Whether a repeated field is written packed.
  public let isPacked: Bool
  /// The message type; for a map that of its entries. Nil for scalars.
  @exclusivity(unchecked) public internal(set) var message: MessageSchema?
  /// The enum type, nil for others.
  @exclusivity(unchecked) public internal(set) var enumeration: EnumSchema?
  /// Index into the `oneofs` of the message, for members of one.
  public let oneofIndex: Int?
  /// What `buf.validate.field` demands.
  @exclusivity(unchecked) public internal(set) var rules: FieldRules?
  /// What `weft.v1.field` says.
  public let text: WeftV1.FieldText?
  /// All that the `.proto` says in options.
  public let options: GoogleProtobuf.FieldOptions

  init(
    proto: GoogleProtobuf.FieldDescriptorProto, cardinality: Cardinality, type: FieldType, isPacked: Bool, oneofIndex: Int?,
    jsonNamesAreExplicit: Bool
  ) {
    let name = proto.name ?? ""
    let usual = FieldSchema.lowerCamel(name)
    self.name = name
    jsonName = proto.jsonName ?? usual
    hasExplicitJSONName = proto.jsonName.map { jsonNamesAreExplicit || $0 != usual } ?? false
    restName = hasExplicitJSONName ? jsonName : name
    number = Int(proto.number ?? 0)
    self.type = type
    self.cardinality = cardinality
    self.isPacked = isPacked
    self.oneofIndex = oneofIndex
    options = proto.options ?? .init()
    text = options.weftV1Field
  }

  /// The file of a multipart form that fills the field over REST, piece by piece; nil for all others.
  public var filePart: WeftV1.FilePart? { text?.filePart }

  /// How texts name the field: `工单标题（title）`, or the bare name where the `.proto` gives no label.
  public var label: String {
    guard let label = text?.label, !label.isEmpty else { return restName }
    return "\(label)（\(restName)）"
  }

  /// The name that protoc gives in JSON: without underscores, the letter after each in upper case.
  static func lowerCamel(_ name: String) -> String {
    var bytes: [UInt8] = []
    var raise = false
    for byte in name.utf8 {
      if byte == 0x5f {
        raise = true
      } else {
        bytes.append(raise && byte &- 0x61 < 26 ? byte - 0x20 : byte)
        raise = false
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The types a field may have, with the numbers of google.protobuf.FieldDescriptorProto.Type.
public enum FieldType: UInt8, Sendable {
  case double = 1
  case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes, uint32, enumeration, sfixed32, sfixed64, sint32,
    sint64

  /// The wire type of one value.
  var wireType: UInt32 {
    switch self {
    case .double, .fixed64, .sfixed64: WireType.fixed64
    case .float, .fixed32, .sfixed32: WireType.fixed32
    case .string, .bytes, .message: WireType.lengthDelimited
    case .group: WireType.startGroup
    default: WireType.varint
    }
  }

  /// Whether repeated values may lie in one length-delimited field.
  var isPackable: Bool { wireType != WireType.lengthDelimited && wireType != WireType.startGroup }
}
