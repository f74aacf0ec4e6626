/// Turns a FileDescriptorProto into schemas: names first, then what refers to them, so that types may be recursive.
struct SchemaBuilder {
  private let file: FileDescriptor
  private let jsonNamesAreExplicit: Bool
  private let readsRules: Bool
  /// Messages with their descriptors, outer before inner.
  private var pending: [(schema: MessageSchema, proto: GoogleProtobuf.DescriptorProto)] = []

  init(file: FileDescriptor, jsonNamesAreExplicit: Bool, readsRules: Bool) {
    self.file = file
    self.jsonNamesAreExplicit = jsonNamesAreExplicit
    self.readsRules = readsRules
  }

  mutating func build() throws(SchemaError) {
    let prefix = file.package.isEmpty ? "" : file.package + "."
    for proto in file.proto.messageType { file.messages.append(try declare(proto, prefix)) }
    for proto in file.proto.enumType { file.enums.append(declare(proto, prefix)) }
    for (schema, proto) in pending { try addFields(schema, proto) }
    for (schema, proto) in pending { try fillPlan(schema, proto) }
    markChecked()
    for (schema, _) in pending { try addRules(schema) }
    for proto in file.proto.service { file.services.append(try service(proto, prefix)) }
  }

  // MARK: Names

  private mutating func declare(_ proto: GoogleProtobuf.DescriptorProto, _ prefix: String) throws(SchemaError) -> MessageSchema {
    let fullName = prefix + (proto.name ?? "")
    let schema = MessageSchema(proto: proto, fullName: fullName, file: file)
    guard file.messagesByName.updateValue(schema, forKey: fullName) == nil else {
      throw SchemaError(element: fullName, problem: "declared twice")
    }
    pending.append((schema, proto))
    for inner in proto.nestedType { schema.nestedMessages.append(try declare(inner, fullName + ".")) }
    for inner in proto.enumType { schema.nestedEnums.append(declare(inner, fullName + ".")) }
    return schema
  }

  private func declare(_ proto: GoogleProtobuf.EnumDescriptorProto, _ prefix: String) -> EnumSchema {
    let schema = EnumSchema(proto: proto, fullName: prefix + (proto.name ?? ""))
    file.enumsByName[schema.fullName] = schema
    return schema
  }

  // MARK: Fields

  private func addFields(_ schema: MessageSchema, _ proto: GoogleProtobuf.DescriptorProto) throws(SchemaError) {
    // `optional` in proto3 is a oneof of one member; those are no oneofs to anybody who reads the file.
    let synthetic = Set(proto.field.filter { $0.proto3Optional == true }.compactMap(\.oneofIndex))
    var oneofIndices: [Int32: Int] = [:]
    for (i, oneof) in proto.oneofDecl.enumerated() where !synthetic.contains(Int32(i)) {
      oneofIndices[Int32(i)] = schema.oneofs.count
      let rules = oneof.options?.bufValidateOneof
      schema.oneofs.append(OneofSchema(name: oneof.name ?? "", required: rules?.required ?? false))
    }
    for field in proto.field {
      let element = "\(schema.fullName).\(field.name ?? "")"
      guard let number = field.number, number > 0, number < 1 << 29 else {
        throw SchemaError(element: element, problem: "has no valid field number")
      }
      guard let raw = field.type?.rawValue, let type = UInt8(exactly: raw).flatMap(FieldType.init) else {
        throw SchemaError(element: element, problem: "has no known type")
      }
      let message = try message(of: field, type, element)
      let oneof = field.oneofIndex.flatMap { oneofIndices[$0] }
      let added = FieldSchema(
        proto: field, cardinality: cardinality(field, message, oneof), type: type, isPacked: isPacked(field, type),
        oneofIndex: oneof, jsonNamesAreExplicit: jsonNamesAreExplicit)
      added.message = message
      if type == .enumeration { added.enumeration = try find(field.typeName, element) { $0.findEnum($1) } }
      schema.fields.append(added)
      if let oneof { schema.oneofs[oneof].fields.append(added) }
    }
  }

  private func message(of field: GoogleProtobuf.FieldDescriptorProto, _ type: FieldType, _ element: String) throws(SchemaError)
    -> MessageSchema?
  {
    guard type == .message || type == .group else { return nil }
    return try find(field.typeName, element) { $0.findMessage($1) }
  }

  /// What a reference such as ".csa.v1.Ticket" names; protoc has resolved scopes already.
  private func find<Found>(
    _ reference: String?, _ element: String, _ look: (FileDescriptor, String) -> Found?
  ) throws(SchemaError) -> Found {
    let name = reference ?? ""
    guard name.hasPrefix("."), let found = look(file, String(name.dropFirst())) else {
      throw SchemaError(element: element, problem: "refers to \(name), which neither \(file.name) nor its imports declare")
    }
    return found
  }

  private func cardinality(_ field: GoogleProtobuf.FieldDescriptorProto, _ message: MessageSchema?, _ oneof: Int?)
    -> FieldSchema.Cardinality
  {
    switch field.label?.rawValue {
    case 3: return message?.isMapEntry == true ? .map : .repeated
    case 2: return .required
    default: break
    }
    if oneof != nil { return .oneof }
    return message != nil || field.proto3Optional == true || file.proto.syntax != "proto3" ? .optional : .implicit
  }

  private func isPacked(_ field: GoogleProtobuf.FieldDescriptorProto, _ type: FieldType) -> Bool {
    guard field.label?.rawValue == 3, type.isPackable else { return false }
    return field.options?.packed ?? (file.proto.syntax == "proto3")
  }

  // MARK: Plans

  private func fillPlan(_ schema: MessageSchema, _ proto: GoogleProtobuf.DescriptorProto) throws(SchemaError) {
    var names: [(PlanBytes, Int)] = []
    var plans: [FieldPlan] = []
    // JSON names win over proto names where one field bears the other's.
    for (i, field) in schema.fields.enumerated() { names.append((PlanBytes(field.jsonName), i)) }
    for (i, field) in schema.fields.enumerated() {
      let name = PlanBytes(field.name)
      names.append((name, i))
      let restKey = key(field.restName)
      plans.append(
        FieldPlan(
          number: UInt32(field.number), type: field.type, cardinality: field.cardinality, isPacked: field.isPacked,
          omitUnset: field.text?.omitUnset ?? false, oneof: Int32(field.oneofIndex ?? -1),
          tag: UInt32(field.number) << 3 | field.type.wireType, jsonKey: PlanBytes(key(field.jsonName)),
          restKey: PlanBytes(restKey), restUnset: PlanBytes(restUnset(field).map { restKey + $0 } ?? ""), name: name,
          message: field.message?.plan, enumeration: field.enumeration?.plan))
    }
    schema.plan.pointee.fill(plans, names: names, oneofs: schema.oneofs.count)
  }

  /// The name as a key with what stands around it. A `json_name` may be any text, so it is written like any other.
  private func key(_ name: String) -> String {
    var sink = ByteSink(capacity: 64)
    sink.append(",")
    JSONText.appendQuoted(name, to: &sink)
    sink.append(":")
    return String(decoding: sink.contents, as: UTF8.self)
  }

  private func restUnset(_ field: FieldSchema) -> String? {
    if field.text?.omitUnset == true { return nil }
    // It is a header of the answer; the gateway takes it out where it is set.
    if field.text?.header.isEmpty == false { return nil }
    switch field.cardinality {
    case .oneof: return nil
    case .optional, .required: return "null"
    case .repeated: return "[]"
    case .map: return "{}"
    case .implicit: break
    }
    switch field.type {
    case .string, .bytes: return "\"\""
    case .bool: return "false"
    case .enumeration:
      guard let first = field.enumeration?.value(number: 0) else { return "0" }
      return field.enumeration?.plan.pointee.isNullValue == true ? "null" : "\"\(first.name)\""
    default: return "0"
    }
  }

  // MARK: Rules

  private func addRules(_ schema: MessageSchema) throws(SchemaError) {
    guard readsRules else { return }
    for field in schema.fields {
      guard let declared = field.options.bufValidateField else { continue }
      field.rules = try FieldRules(declared, of: field, in: schema)
    }
  }

  /// Finds the messages that checking must look into: recursion makes it a fixed point.
  private func markChecked() {
    for (schema, _) in pending {
      schema.plan.pointee.checked =
        schema.oneofs.contains(where: \.required)
        || schema.fields.contains { $0.type == .string || $0.options.bufValidateField != nil }
    }
    var changed = true
    while changed {
      changed = false
      for (schema, _) in pending where !schema.plan.pointee.checked {
        if schema.fields.contains(where: { $0.message?.plan.pointee.checked == true }) {
          schema.plan.pointee.checked = true
          changed = true
        }
      }
    }
  }

  // MARK: Services

  private func service(_ proto: GoogleProtobuf.ServiceDescriptorProto, _ prefix: String) throws(SchemaError) -> ServiceSchema {
    let fullName = prefix + (proto.name ?? "")
    var methods: [MethodSchema] = []
    for method in proto.method {
      let element = "\(fullName).\(method.name ?? "")"
      let input = try find(method.inputType, element) { $0.findMessage($1) }
      let output = try find(method.outputType, element) { $0.findMessage($1) }
      methods.append(MethodSchema(proto: method, service: fullName, input: input, output: output))
    }
    return ServiceSchema(proto: proto, fullName: fullName, methods: methods, file: file)
  }
}
