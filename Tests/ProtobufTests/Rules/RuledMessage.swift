import Protobuf

/// Builds schemas with rules without a `.proto` file.
struct RuledMessage {
  private var fields: [GoogleProtobuf.FieldDescriptorProto] = []
  private var nested: [GoogleProtobuf.DescriptorProto] = []

  typealias Kind = GoogleProtobuf.FieldDescriptorProto.TypeEnum

  /// Adds a field whose number is its place.
  mutating func add(
    _ name: String, _ type: Int32, label: Int32 = 1, optional: Bool = false, typeName: String? = nil,
    text: WeftV1.FieldText? = nil, _ rules: BufValidate.FieldRules? = nil
  ) {
    let number = Int32(fields.count + 1)
    fields.append(
      .with {
        $0.name = name
        $0.number = number
        $0.type = Kind(rawValue: type)
        $0.label = .init(rawValue: label)
        $0.typeName = typeName
        if optional {
          $0.proto3Optional = true
          $0.oneofIndex = Int32(fields.filter { $0.proto3Optional == true }.count)
        }
        var extensions: [UInt8] = []
        if let rules { extensions += RuledMessage.field(1159, rules.serializedBytes()) }
        if let text { extensions += RuledMessage.field(50501, text.serializedBytes()) }
        if !extensions.isEmpty { $0.options = .with { $0.unknownFields = UnknownFields(bytes: extensions) } }
      })
  }

  /// Adds a string field with a label.
  mutating func string(_ name: String, label: String? = nil, optional: Bool = false, _ fill: (inout BufValidate.StringRules) -> Void) {
    var rules = BufValidate.StringRules()
    fill(&rules)
    add(name, 9, optional: optional, text: label.map { text in .with { $0.label = text } }, .with { $0.type = .string(rules) })
  }

  /// Adds the entries of a map from string to string, and the map field.
  mutating func stringMap(_ name: String, entry: String, _ rules: BufValidate.FieldRules) {
    nested.append(
      .with {
        $0.name = entry
        $0.field = [("key", 1), ("value", 2)].map { name, number in
          .with {
            $0.name = name
            $0.number = Int32(number)
            $0.type = Kind(rawValue: 9)
            $0.label = .init(rawValue: 1)
          }
        }
        $0.options = .with { $0.mapEntry = true }
      })
    add(name, 11, label: 3, typeName: ".test.Request.\(entry)", rules)
  }

  /// The schema of the message, named `test.Request`.
  func schema() throws(SchemaError) -> MessageSchema {
    let optionals = fields.filter { $0.proto3Optional == true }
    let file = GoogleProtobuf.FileDescriptorProto.with {
      $0.name = "test.proto"
      $0.package = "test"
      $0.syntax = "proto3"
      $0.dependency = ["google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto"]
      $0.messageType = [
        .with {
          $0.name = "Request"
          $0.field = fields
          $0.nestedType = nested
          $0.oneofDecl = optionals.map { field in .with { $0.name = "_" + (field.name ?? "") } }
        }
      ]
    }
    return try FileDescriptor(
      proto: file.serializedBytes(), dependencies: [GoogleProtobuf.timestampFile, GoogleProtobuf.wrappersFile]
    ).messages[0]
  }

  /// The violations of the request that the JSON describes.
  func check(_ json: String) throws -> [FieldViolation] {
    let schema = try schema()
    var wire: [UInt8] = []
    try Array(json.utf8).withUnsafeBytes { _ = try schema.readJSON($0, into: &wire) }
    return wire.withUnsafeBytes { schema.validate(wire: $0) }
  }

  static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] { varint(number << 3 | 2) + varint(bytes.count) + bytes }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }
}
