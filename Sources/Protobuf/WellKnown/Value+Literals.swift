/// Free-form JSON as Swift literals: `["items": [1, 2.5, "x", nil, true]]`.
extension GoogleProtobuf.Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A value of one kind.
  public init(_ kind: Kind) {
    self.init()
    self.kind = kind
  }

  public init(nilLiteral: ()) { self.init(.nullValue(.nullValue)) }

  public init(booleanLiteral value: Bool) { self.init(.boolValue(value)) }

  public init(integerLiteral value: Int64) { self.init(.numberValue(Double(value))) }

  public init(floatLiteral value: Double) { self.init(.numberValue(value)) }

  public init(stringLiteral value: String) { self.init(.stringValue(value)) }

  public init(arrayLiteral elements: Self...) {
    self.init(.listValue(.with { $0.values = elements }))
  }

  /// Of members with the same name the last one counts.
  public init(dictionaryLiteral elements: (String, Self)...) {
    self.init(.structValue(GoogleProtobuf.Struct(elements)))
  }
}

extension GoogleProtobuf.Struct: ExpressibleByDictionaryLiteral {
  /// An object with the members; of those with the same name the last one counts.
  public init(_ members: some Sequence<(String, GoogleProtobuf.Value)>) {
    self.init()
    for (name, value) in members { fields[MapKey(name)] = value }
  }

  public init(dictionaryLiteral elements: (String, GoogleProtobuf.Value)...) { self.init(elements) }

  /// The member with the name.
  public subscript(name: String) -> GoogleProtobuf.Value? {
    get { fields[MapKey(name)] }
    set { fields[MapKey(name)] = newValue }
  }
}
