internal import Protobuf

/// Looking into JSON of any shape: nil where there is something else.
extension GoogleProtobuf.Value {
  var text: String? { if case .stringValue(let text)? = kind { text } else { nil } }
  var object: GoogleProtobuf.Struct? { if case .structValue(let object)? = kind { object } else { nil } }
  var list: [GoogleProtobuf.Value]? { if case .listValue(let list)? = kind { list.values } else { nil } }
  /// A whole number that an Int64 holds for certain.
  var integer: Int64? {
    guard case .numberValue(let number)? = kind, number.magnitude < 9e15, number == number.rounded() else { return nil }
    return Int64(number)
  }
}
