/// An enum at run time.
public final class EnumSchema: @unchecked Sendable {  // only `plan` is mutable memory, and nothing writes to it after init
  public struct Value: Sendable {
    public let name: String
    public let number: Int32
    /// What the `.proto` says of it in options.
    public let options: GoogleProtobuf.EnumValueOptions?
  }

  public let name: String
  /// Name with package and enclosing messages.
  public let fullName: String
  /// The values in the order of the `.proto`; several may share a number.
  public let values: [Value]
  let plan: UnsafeMutablePointer<EnumPlan>

  init(proto: GoogleProtobuf.EnumDescriptorProto, fullName: String) {
    name = proto.name ?? ""
    self.fullName = fullName
    values = proto.value.map { Value(name: $0.name ?? "", number: $0.number ?? 0, options: $0.options) }
    plan = .allocate(capacity: 1)
    plan.initialize(to: EnumPlan(values: values, isNullValue: fullName == "google.protobuf.NullValue"))
  }

  /// The first value with the number.
  public func value(number: Int32) -> Value? { values.first { $0.number == number } }

  /// The value with the name.
  public func value(name: String) -> Value? { values.first { $0.name == name } }
}
