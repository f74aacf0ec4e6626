/// Fields of a message that its type does not know: their bytes, tags included, in the order they came.
///
/// They are written again at the end of the message, so that an older program passes on what a newer one says.
/// Extensions of option messages are read from here too.
public struct UnknownFields: Sendable, Equatable {
  /// Whole fields in binary format.
  public private(set) var bytes: [UInt8] = []

  /// None.
  public init() {}

  /// Takes whole fields in binary format as they are.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether there are none.
  @inlinable public var isEmpty: Bool { bytes.isEmpty }

  /// Adds one field.
  ///
  /// - Parameters:
  ///   - tag: Its field number and wire type.
  ///   - value: What follows the tag, up to the field's end.
  mutating func append(tag: UInt32, value: UnsafeRawBufferPointer) {
    var rest = tag
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    bytes.append(contentsOf: value)
  }

  /// The message in field `number`: the last one, with earlier ones merged under it as protobuf does; nil if absent or not that message.
  public func message<Value: Message>(_ number: UInt32, as type: Value.Type) -> Value? {
    var value: Value?
    forEach(number) { tag, reader throws(WireError) in
      guard tag & 7 == WireType.lengthDelimited else { return }
      try reader.message(into: &value)
    }
    return value
  }

  /// The value in field `number`, the last one; nil if absent or of another wire type.
  public func value<Coding: WireCoding>(_ number: UInt32, as coding: Coding.Type) -> Coding.Value? {
    var value: Coding.Value?
    forEach(number) { tag, reader throws(WireError) in
      guard tag & 7 == Coding.wireType else { return }
      value = try Coding.read(from: &reader)
    }
    return value
  }

  /// The values of repeated field `number`, packed or not.
  public func values<Coding: WireCoding>(_ number: UInt32, as coding: Coding.Type) -> [Coding.Value] {
    var values: [Coding.Value] = []
    forEach(number) { tag, reader throws(WireError) in
      if tag & 7 == Coding.wireType {
        values.append(try Coding.read(from: &reader))
      } else if tag & 7 == WireType.lengthDelimited {
        try reader.packed(Coding.self, into: &values)
      }
    }
    return values
  }

  /// Whether field `number` is among them.
  public func contains(_ number: UInt32) -> Bool {
    var found = false
    forEach(number) { _, _ in found = true }
    return found
  }

  /// Calls `body` at the value of each field with `number`. A value that is malformed inside ends the walk: what was found so far stands.
  private func forEach(_ number: UInt32, _ body: (UInt32, inout BinaryReader) throws(WireError) -> Void) {
    bytes.withUnsafeBytes { buffer in
      var reader = BinaryReader(buffer)
      while let tag = try? reader.tag(), tag != 0 {
        guard tag >> 3 == number else {
          guard (try? reader.skip(tag)) != nil else { return }
          continue
        }
        var field = reader
        guard (try? body(tag, &field)) != nil, (try? reader.skip(tag)) != nil else { return }
      }
    }
  }
}
