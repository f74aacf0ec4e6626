/// Why bytes are not a message in protobuf's binary format.
public enum WireError: Error, Equatable {
  /// The input ends inside a value, or a length says more than what is left.
  case truncated
  /// A varint of more than ten bytes or more than 64 bits, or a tag of more than 32 bits.
  case varintOverflow
  /// Field number 0, which no field has.
  case zeroFieldNumber
  /// Wire type 6 or 7, which do not exist.
  case unknownWireType(UInt32)
  /// An end-group tag without its start, or a group that ends under another number.
  case unmatchedGroup
  /// A `string` that is not valid UTF-8.
  case invalidUTF8
  /// More than `BinaryReader.depthMax` messages or groups inside one another.
  case tooDeep
  /// A proto2 `required` field is absent; the field's name in its `.proto` file.
  case missingRequired(String)
}
