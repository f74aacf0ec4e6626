/// A message type at run time: what JSON, rules, routes and reflection know of it.
///
/// What requests look at says `@exclusivity(unchecked)`: nothing writes to it after the file is built, and the check at
/// every access was a tenth of validating a message.
public final class MessageSchema: @unchecked Sendable {  // SchemaBuilder fills it before its file is published; nothing writes afterwards
  /// Name without package, such as "Ticket".
  public let name: String
  /// Name with package and enclosing messages, such as "csa.v1.Ticket".
  public let fullName: String
  /// The file that declares it.
  public let file: FileDescriptor
  /// The fields, in the order of the `.proto`.
  @exclusivity(unchecked) public internal(set) var fields: [FieldSchema] = []
  /// The oneofs that the `.proto` wrote; those that `optional` implies are left out.
  @exclusivity(unchecked) public internal(set) var oneofs: [OneofSchema] = []
  /// Messages declared inside, those of map entries included.
  public internal(set) var nestedMessages: [MessageSchema] = []
  /// Enums declared inside.
  public internal(set) var nestedEnums: [EnumSchema] = []
  /// Whether it stands for the entries of a map field.
  public let isMapEntry: Bool
  /// Which of the types with a JSON form of their own it is.
  public let wellKnown: WellKnownKind?
  /// What the `.proto` says of it in `option`s.
  public let options: GoogleProtobuf.MessageOptions

  /// The same in plain memory, for the loops that run over every byte.
  let plan: UnsafeMutablePointer<MessagePlan>

  init(proto: GoogleProtobuf.DescriptorProto, fullName: String, file: FileDescriptor) {
    name = proto.name ?? ""
    self.fullName = fullName
    self.file = file
    options = proto.options ?? .init()
    isMapEntry = options.mapEntry ?? false
    wellKnown = WellKnownKind(fullName: fullName)
    plan = .allocate(capacity: 1)
    plan.initialize(to: MessagePlan(wellKnown: wellKnown))
  }

  /// The field with the number, in constant time for numbers below 1024.
  public func field(number: Int) -> FieldSchema? {
    guard let number = UInt32(exactly: number) else { return nil }
    let index = plan.pointee.index(ofNumber: number)
    return index < 0 ? nil : fields[index]
  }

  /// The field with the name that the `.proto` gives it.
  public func field(name: String) -> FieldSchema? {
    fields.first { $0.name == name }
  }

  /// The field at a path of names such as "ticket.title"; nil where a part does not exist or goes through no single message.
  public func field(path: String) -> FieldSchema? {
    var message: MessageSchema? = self
    var field: FieldSchema?
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = message?.field(name: String(part)) else { return nil }
      field = next
      message = next.cardinality == .repeated || next.cardinality == .map ? nil : next.message
    }
    return field
  }
}

/// A group of fields of which at most one is set.
public final class OneofSchema: @unchecked Sendable {  // filled by SchemaBuilder before its file is published
  public let name: String
  /// The members, in the order of the `.proto`.
  public internal(set) var fields: [FieldSchema] = []
  /// Whether a rule says that one of them must be set.
  public let required: Bool

  init(name: String, required: Bool) {
    self.name = name
    self.required = required
  }
}

/// The messages that ProtoJSON writes in a form of their own.
public enum WellKnownKind: UInt8, Sendable {
  case timestamp = 1
  case duration, structure, value, listValue, fieldMask, any
  case doubleValue, floatValue, int64Value, uint64Value, int32Value, uint32Value, boolValue, stringValue, bytesValue

  init?(fullName: String) {
    switch fullName {
    case "google.protobuf.Timestamp": self = .timestamp
    case "google.protobuf.Duration": self = .duration
    case "google.protobuf.Struct": self = .structure
    case "google.protobuf.Value": self = .value
    case "google.protobuf.ListValue": self = .listValue
    case "google.protobuf.FieldMask": self = .fieldMask
    case "google.protobuf.Any": self = .any
    case "google.protobuf.DoubleValue": self = .doubleValue
    case "google.protobuf.FloatValue": self = .floatValue
    case "google.protobuf.Int64Value": self = .int64Value
    case "google.protobuf.UInt64Value": self = .uint64Value
    case "google.protobuf.Int32Value": self = .int32Value
    case "google.protobuf.UInt32Value": self = .uint32Value
    case "google.protobuf.BoolValue": self = .boolValue
    case "google.protobuf.StringValue": self = .stringValue
    case "google.protobuf.BytesValue": self = .bytesValue
    default: return nil
    }
  }

  /// Whether it holds one scalar, so that its JSON is that scalar's.
  public var isWrapper: Bool { rawValue >= WellKnownKind.doubleValue.rawValue }
}
