/// Reads protobuf's binary format from memory that somebody else keeps alive.
///
/// Used by generated code: `tag()` gives the tag of the next field, the method of the field's type reads its value. The bytes are
/// looked at through bare pointers, because checked array access took most of the decoding time; every step is bounded by `end` here.
/// A reader is valid only as long as the buffer that it was made of.
public struct BinaryReader {
  /// How many messages or groups may lie inside one another. Source: protobuf's own default.
  public static let depthMax = 100

  @usableFromInline var position: UnsafeRawPointer
  @usableFromInline var end: UnsafeRawPointer
  @usableFromInline var depthLeft: Int

  /// A reader of all of `bytes`.
  public init(_ bytes: UnsafeRawBufferPointer, depthMax: Int = BinaryReader.depthMax) {
    // An empty buffer may have no address. Nothing is read where position equals end, so any address will do; 16 is not null.
    let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    position = start
    end = start + bytes.count
    depthLeft = depthMax
  }

  /// Whether everything was read.
  @inlinable public var isAtEnd: Bool { position >= end }

  // MARK: Varints

  /// The next field's tag (number << 3 | wire type), or 0 at the end.
  @inlinable @inline(__always)
  public mutating func tag() throws(WireError) -> UInt32 {
    guard position < end else { return 0 }
    let byte = position.load(as: UInt8.self)
    guard byte &- 1 < 0x7f else { return try longTag() }
    position += 1
    return UInt32(byte)
  }

  @usableFromInline @inline(never)
  mutating func longTag() throws(WireError) -> UInt32 {
    let start = position
    let value = try longVarint()
    guard position - start <= 5, value <= UInt64(UInt32.max) else { throw .varintOverflow }
    guard value >> 3 != 0 else { throw .zeroFieldNumber }
    return UInt32(value)
  }

  /// A varint of up to 64 bits.
  @inlinable @inline(__always)
  public mutating func varint() throws(WireError) -> UInt64 {
    if position < end {
      let byte = position.load(as: UInt8.self)
      if byte < 0x80 {
        position += 1
        return UInt64(byte)
      }
    }
    return try longVarint()
  }

  @usableFromInline @inline(never)
  mutating func longVarint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var next = position
    while next < end {
      let byte = next.load(as: UInt8.self)
      next += 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 {
        // The tenth byte has room for one bit.
        guard shift < 63 || byte <= 1 else { throw .varintOverflow }
        position = next
        return value
      }
      shift += 7
      guard shift < 70 else { throw .varintOverflow }
    }
    throw .truncated
  }

  /// A length that fits into what is left.
  @inlinable @inline(__always)
  public mutating func length() throws(WireError) -> Int {
    let length = try varint()
    guard length <= UInt64(UInt(bitPattern: end - position)) else { throw .truncated }
    return Int(truncatingIfNeeded: length)
  }

  // MARK: Scalars

  @inlinable @inline(__always) public mutating func int32() throws(WireError) -> Int32 { Int32(truncatingIfNeeded: try varint()) }
  @inlinable @inline(__always) public mutating func int64() throws(WireError) -> Int64 { Int64(bitPattern: try varint()) }
  @inlinable @inline(__always) public mutating func uint32() throws(WireError) -> UInt32 { UInt32(truncatingIfNeeded: try varint()) }
  @inlinable @inline(__always) public mutating func uint64() throws(WireError) -> UInt64 { try varint() }
  @inlinable @inline(__always) public mutating func bool() throws(WireError) -> Bool { try varint() != 0 }

  /// ZigZag: 0, -1, 1, -2, …
  @inlinable @inline(__always) public mutating func sint32() throws(WireError) -> Int32 {
    let value = try uint32()
    return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
  }

  /// ZigZag: 0, -1, 1, -2, …
  @inlinable @inline(__always) public mutating func sint64() throws(WireError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  @inlinable @inline(__always) public mutating func fixed32() throws(WireError) -> UInt32 {
    guard end - position >= 4 else { throw .truncated }
    defer { position += 4 }
    return UInt32(littleEndian: position.loadUnaligned(as: UInt32.self))
  }

  @inlinable @inline(__always) public mutating func fixed64() throws(WireError) -> UInt64 {
    guard end - position >= 8 else { throw .truncated }
    defer { position += 8 }
    return UInt64(littleEndian: position.loadUnaligned(as: UInt64.self))
  }

  @inlinable @inline(__always) public mutating func sfixed32() throws(WireError) -> Int32 { Int32(bitPattern: try fixed32()) }
  @inlinable @inline(__always) public mutating func sfixed64() throws(WireError) -> Int64 { Int64(bitPattern: try fixed64()) }
  @inlinable @inline(__always) public mutating func float() throws(WireError) -> Float { Float(bitPattern: try fixed32()) }
  @inlinable @inline(__always) public mutating func double() throws(WireError) -> Double { Double(bitPattern: try fixed64()) }

  @inlinable @inline(__always)
  public mutating func enumeration<Value: Enumeration>(_ type: Value.Type = Value.self) throws(WireError) -> Value {
    Value(rawValue: try int32())
  }

  // MARK: Strings and bytes

  /// A length and that many bytes, which stay where they are: valid as long as the buffer under the reader.
  @inlinable @inline(__always)
  public mutating func slice() throws(WireError) -> UnsafeRawBufferPointer {
    let count = try length()
    defer { position += count }
    return UnsafeRawBufferPointer(start: position, count: count)
  }

  /// A string.
  ///
  /// - Throws: `.invalidUTF8` for what is not well-formed UTF-8, surrogates and overlong forms included.
  public mutating func string() throws(WireError) -> String {
    let bytes = try slice()
    let kind = UTF8Text.kind(bytes)
    guard kind != .malformed else { throw .invalidUTF8 }
    // The text was checked above; to have it checked again while it is copied would double the cost.
    let units = bytes.assumingMemoryBound(to: UInt8.self).span
    return String(copying: UTF8Span(unchecked: units, isKnownASCII: kind == .ascii))
  }

  /// Bytes, copied.
  public mutating func bytes() throws(WireError) -> [UInt8] { Array(try slice()) }

  // MARK: Messages

  /// Merges a length-delimited message into `message`.
  @inlinable
  public mutating func message<Value: Message>(merging message: inout Value) throws(WireError) {
    let count = try length()
    guard depthLeft > 0 else { throw .tooDeep }
    let outerEnd = end
    end = position + count
    depthLeft -= 1
    try message.merge(from: &self)
    depthLeft += 1
    end = outerEnd
  }

  /// Merges a length-delimited message into a field, which is set by that.
  @inlinable
  public mutating func message<Value: Message>(into field: inout Value?) throws(WireError) {
    var value = field.take() ?? Value()
    try message(merging: &value)
    field = consume value
  }

  /// Adds a length-delimited message to a repeated field.
  @inlinable
  public mutating func message<Value: Message>(appendingTo field: inout [Value]) throws(WireError) {
    let start = position
    var value = Value()
    try message(merging: &value)
    if field.isEmpty {
      // The rest may well be more of the same. What is set aside for them is bounded by the input that is there.
      let bytes = end - position
      field.reserveCapacity(1 + min(bytes / (position - start + 1), 2 * bytes / MemoryLayout<Value>.stride))
    }
    field.append(consume value)
  }

  // MARK: Repeated fields and maps

  /// Adds a packed run of values to a repeated field.
  @inlinable
  public mutating func packed<Coding: WireCoding>(_ coding: Coding.Type, into field: inout [Coding.Value]) throws(WireError) {
    let count = try length()
    let outerEnd = end
    end = position + count
    if Coding.wireType == WireType.fixed32 { field.reserveCapacity(field.count + count / 4) }
    if Coding.wireType == WireType.fixed64 { field.reserveCapacity(field.count + count / 8) }
    while position < end { field.append(try Coding.read(from: &self)) }
    end = outerEnd
  }

  /// Adds one entry to a map; a key that is there already gets the new value.
  @inlinable
  public mutating func mapEntry<Key: WireKeyCoding, Value: WireCoding>(
    _ keyCoding: Key.Type, _ valueCoding: Value.Type, into field: inout [Key.Value: Value.Value]
  ) throws(WireError) {
    let count = try length()
    guard depthLeft > 0 else { throw .tooDeep }
    let outerEnd = end
    end = position + count
    depthLeft -= 1
    var key = Key.initial
    var value = Value.initial
    while true {
      let tag = try tag()
      if tag == 0 { break }
      if tag == 1 << 3 | Key.wireType {
        key = try Key.read(from: &self)
      } else if tag == 2 << 3 | Value.wireType {
        try Value.merge(into: &value, from: &self)
      } else {
        try skip(tag)
      }
    }
    depthLeft += 1
    end = outerEnd
    field[key] = value
  }

  // MARK: What is not known

  /// Keeps the field after `tag`, which the message does not know.
  @inline(never)
  public mutating func unknown(_ tag: UInt32, into fields: inout UnknownFields) throws(WireError) {
    let start = position
    try skip(tag)
    fields.append(tag: tag, value: UnsafeRawBufferPointer(start: start, count: position - start))
  }

  /// Goes past the value of the field after `tag`; groups with all that is in them.
  public mutating func skip(_ tag: UInt32) throws(WireError) {
    guard tag >> 3 != 0 else { throw .zeroFieldNumber }
    switch tag & 7 {
    case WireType.varint: _ = try varint()
    case WireType.fixed64: _ = try fixed64()
    case WireType.lengthDelimited: _ = try slice()
    case WireType.fixed32: _ = try fixed32()
    case WireType.startGroup: try skipGroup(tag >> 3)
    case WireType.endGroup: throw .unmatchedGroup
    default: throw .unknownWireType(tag & 7)
    }
  }

  private mutating func skipGroup(_ number: UInt32) throws(WireError) {
    guard depthLeft > 0 else { throw .tooDeep }
    depthLeft -= 1
    while true {
      let tag = try tag()
      guard tag != 0 else { throw .truncated }
      if tag & 7 == WireType.endGroup {
        guard tag >> 3 == number else { throw .unmatchedGroup }
        depthLeft += 1
        return
      }
      try skip(tag)
    }
  }
}
