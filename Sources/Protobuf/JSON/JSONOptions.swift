/// How a message is written as JSON.
public struct JSONWriteOptions: Sendable {
  /// The REST face: names of the `.proto` (or its `json_name`), 64-bit integers as numbers, every field written.
  ///
  /// An unset optional field or message is null, an unset plain field its default, an empty repeated field `[]`, an
  /// empty map `{}`. Left out are unset fields that say `omit_unset` and unset members of a oneof.
  public var rest: Bool
  /// Where the content of a google.protobuf.Any is looked up; nil: in the message's file and what it imports.
  public var types: TypeRegistry?

  public init(rest: Bool = false, types: TypeRegistry? = nil) {
    self.rest = rest
    self.types = types
  }

  /// ProtoJSON: lowerCamelCase names, 64-bit integers as strings, unset fields left out.
  public static let protoJSON = JSONWriteOptions()
  /// As the REST face writes: see `rest`.
  public static let rest = JSONWriteOptions(rest: true)
}

/// How JSON is read as a message.
public struct JSONReadOptions: Sendable {
  /// Pass over keys that name no field, and enum names that name no value, instead of refusing them.
  public var ignoreUnknown: Bool
  /// How many messages, objects or arrays may lie inside one another; at most what the binary reader takes.
  public var depthMax: Int
  /// Where the content of a google.protobuf.Any is looked up; nil: in the message's file and what it imports.
  public var types: TypeRegistry?
  /// The number of a field of the outermost message that JSON may not name: its key is passed over as an unknown one is.
  public var hiddenNumber: UInt32?

  public init(ignoreUnknown: Bool = false, depthMax: Int = BinaryReader.depthMax, types: TypeRegistry? = nil) {
    self.ignoreUnknown = ignoreUnknown
    self.depthMax = min(depthMax, BinaryReader.depthMax)
    self.types = types
  }
}

/// Which fields of a message the top level of a JSON document named, also those it named with null.
public struct JSONPresence: Sendable {
  let schema: MessageSchema
  let seen: FieldSet

  /// The fields' proto names, in declaration order: what a field mask holds.
  public var names: [String] {
    schema.fields.indices.filter { seen.contains($0) }.map { schema.fields[$0].name }
  }

  /// Whether the document named the field.
  public func contains(_ name: String) -> Bool {
    guard let index = schema.fields.firstIndex(where: { $0.name == name }) else { return false }
    return seen.contains(index)
  }
}

/// A set of small numbers; those below 64, which nearly all are, need no memory of their own.
struct FieldSet: Sendable {
  private var first: UInt64 = 0
  private var rest: [UInt64] = []

  @inline(__always) func contains(_ i: Int) -> Bool {
    if i < 64 { return first >> UInt64(i) & 1 != 0 }
    let word = i / 64 - 1
    return word < rest.count && rest[word] >> UInt64(i % 64) & 1 != 0
  }

  /// Adds the number; false if it was there.
  @inline(__always) mutating func insert(_ i: Int) -> Bool {
    if i < 64 {
      let bit: UInt64 = 1 &<< UInt64(i)
      defer { first |= bit }
      return first & bit == 0
    }
    return insertFar(i)
  }

  private mutating func insertFar(_ i: Int) -> Bool {
    let word = i / 64 - 1
    while rest.count <= word { rest.append(0) }
    let bit: UInt64 = 1 &<< UInt64(i % 64)
    defer { rest[word] |= bit }
    return rest[word] & bit == 0
  }
}
