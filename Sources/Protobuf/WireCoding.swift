/// How the value of a field is written, apart from its tag: what packed fields, maps and extensions are made with.
///
/// One type for each protobuf type, because several share a Swift type (`int32`, `sint32` and `sfixed32` are all `Int32`).
public protocol WireCoding {
  associatedtype Value: Sendable
  /// The wire type in the tag before such a value.
  static var wireType: UInt32 { get }
  /// What an absent value means.
  static var initial: Value { get }
  /// The value at the reader's position.
  static func read(from reader: inout BinaryReader) throws(WireError) -> Value
  /// The value at the reader's position in place of `value`, or merged into it where it is a message.
  static func merge(into value: inout Value, from reader: inout BinaryReader) throws(WireError)
  /// Writes the value in front of what was written.
  static func write(_ value: Value, to writer: inout BinaryWriter)
}

extension WireCoding {
  @inlinable public static func merge(into value: inout Value, from reader: inout BinaryReader) throws(WireError) {
    value = try read(from: &reader)
  }
}

/// The coding of a type that can be a map's key.
public protocol WireKeyCoding: WireCoding where Value: Hashable {
  /// Whether `left` is written before `right`.
  static func precedes(_ left: Value, _ right: Value) -> Bool
}

extension WireKeyCoding where Value: Comparable {
  @inlinable public static func precedes(_ left: Value, _ right: Value) -> Bool { left < right }
}

extension BinaryWriter {
  @inlinable mutating func fixed32(_ value: UInt32) {
    reserve(4)
    putFixed32(value)
  }

  @inlinable mutating func fixed64(_ value: UInt64) {
    reserve(8)
    putFixed64(value)
  }

  @inlinable mutating func lengthDelimited(_ value: [UInt8]) {
    prepend(value)
    varint(UInt64(value.count))
  }
}

/// The coding of `int32`.
public enum WireInt32: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Int32 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int32 { try reader.int32() }
  @inlinable public static func write(_ value: Int32, to writer: inout BinaryWriter) { writer.varint(UInt64(bitPattern: Int64(value))) }
}

/// The coding of `int64`.
public enum WireInt64: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Int64 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int64 { try reader.int64() }
  @inlinable public static func write(_ value: Int64, to writer: inout BinaryWriter) { writer.varint(UInt64(bitPattern: value)) }
}

/// The coding of `uint32`.
public enum WireUInt32: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: UInt32 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> UInt32 { try reader.uint32() }
  @inlinable public static func write(_ value: UInt32, to writer: inout BinaryWriter) { writer.varint(UInt64(value)) }
}

/// The coding of `uint64`.
public enum WireUInt64: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: UInt64 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> UInt64 { try reader.uint64() }
  @inlinable public static func write(_ value: UInt64, to writer: inout BinaryWriter) { writer.varint(value) }
}

/// The coding of `sint32`.
public enum WireSInt32: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Int32 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int32 { try reader.sint32() }
  @inlinable public static func write(_ value: Int32, to writer: inout BinaryWriter) {
    writer.varint(UInt64(UInt32(bitPattern: (value << 1) ^ (value >> 31))))
  }
}

/// The coding of `sint64`.
public enum WireSInt64: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Int64 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int64 { try reader.sint64() }
  @inlinable public static func write(_ value: Int64, to writer: inout BinaryWriter) {
    writer.varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }
}

/// The coding of `fixed32`.
public enum WireFixed32: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed32 }
  @inlinable public static var initial: UInt32 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> UInt32 { try reader.fixed32() }
  @inlinable public static func write(_ value: UInt32, to writer: inout BinaryWriter) { writer.fixed32(value) }
}

/// The coding of `fixed64`.
public enum WireFixed64: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed64 }
  @inlinable public static var initial: UInt64 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> UInt64 { try reader.fixed64() }
  @inlinable public static func write(_ value: UInt64, to writer: inout BinaryWriter) { writer.fixed64(value) }
}

/// The coding of `sfixed32`.
public enum WireSFixed32: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed32 }
  @inlinable public static var initial: Int32 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int32 { try reader.sfixed32() }
  @inlinable public static func write(_ value: Int32, to writer: inout BinaryWriter) { writer.fixed32(UInt32(bitPattern: value)) }
}

/// The coding of `sfixed64`.
public enum WireSFixed64: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed64 }
  @inlinable public static var initial: Int64 { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Int64 { try reader.sfixed64() }
  @inlinable public static func write(_ value: Int64, to writer: inout BinaryWriter) { writer.fixed64(UInt64(bitPattern: value)) }
}

/// The coding of `float`.
public enum WireFloat: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed32 }
  @inlinable public static var initial: Float { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Float { try reader.float() }
  @inlinable public static func write(_ value: Float, to writer: inout BinaryWriter) { writer.fixed32(value.bitPattern) }
}

/// The coding of `double`.
public enum WireDouble: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.fixed64 }
  @inlinable public static var initial: Double { 0 }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Double { try reader.double() }
  @inlinable public static func write(_ value: Double, to writer: inout BinaryWriter) { writer.fixed64(value.bitPattern) }
}

/// The coding of `bool`.
public enum WireBool: WireKeyCoding {
  @inlinable public static func precedes(_ left: Bool, _ right: Bool) -> Bool { !left && right }
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Bool { false }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Bool { try reader.bool() }
  @inlinable public static func write(_ value: Bool, to writer: inout BinaryWriter) { writer.varint(value ? 1 : 0) }
}

/// The coding of `string`.
public enum WireString: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.lengthDelimited }
  @inlinable public static var initial: String { "" }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> String { try reader.string() }
  @inlinable public static func write(_ value: String, to writer: inout BinaryWriter) { writer.lengthDelimited(Array(value.utf8)) }
}

/// The coding of a `string` map key.
public enum WireStringKey: WireKeyCoding {
  @inlinable public static var wireType: UInt32 { WireType.lengthDelimited }
  @inlinable public static var initial: MapKey { MapKey("") }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> MapKey { MapKey(try reader.string()) }
  @inlinable public static func write(_ value: MapKey, to writer: inout BinaryWriter) { WireString.write(value.string, to: &writer) }
}

/// The coding of `bytes`.
public enum WireBytes: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.lengthDelimited }
  @inlinable public static var initial: [UInt8] { [] }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> [UInt8] { try reader.bytes() }
  @inlinable public static func write(_ value: [UInt8], to writer: inout BinaryWriter) { writer.lengthDelimited(value) }
}

/// The coding of an enum.
public enum WireEnum<Value: Enumeration>: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.varint }
  @inlinable public static var initial: Value { Value(rawValue: 0) }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Value { try reader.enumeration() }
  @inlinable public static func write(_ value: Value, to writer: inout BinaryWriter) { WireInt32.write(value.rawValue, to: &writer) }
}

/// The coding of a message.
public enum WireMessage<Value: Message>: WireCoding {
  @inlinable public static var wireType: UInt32 { WireType.lengthDelimited }
  @inlinable public static var initial: Value { Value() }
  @inlinable public static func read(from reader: inout BinaryReader) throws(WireError) -> Value {
    var value = Value()
    try reader.message(merging: &value)
    return value
  }
  @inlinable public static func merge(into value: inout Value, from reader: inout BinaryReader) throws(WireError) {
    try reader.message(merging: &value)
  }
  @inlinable public static func write(_ value: Value, to writer: inout BinaryWriter) {
    let before = writer.count
    value.encode(to: &writer)
    writer.varint(UInt64(writer.count - before))
  }
}
