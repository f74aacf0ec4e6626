/// A protobuf message. Types that conform are generated from `.proto` files.
///
/// Two messages are equal if their serialized bytes are: fields compare as bytes and bits (so NaN equals itself and strings do not fold
/// canonical forms), unknown fields included.
public protocol Message: Sendable, Equatable {
  /// What the `.proto` file says of the type: fields, names, rules, options.
  static var schema: MessageSchema { get }

  /// The message with every field unset.
  init()

  /// Fields that the type does not know, kept and written again.
  var unknownFields: UnknownFields { get set }

  /// Reads fields up to the reader's end. Singular fields are replaced, repeated ones get longer, messages merge.
  ///
  /// - Throws: `WireError` for malformed bytes; the message then holds what was read before.
  mutating func merge(from reader: inout BinaryReader) throws(WireError)

  /// Writes every set field in front of what the writer holds.
  func encode(to writer: inout BinaryWriter)

  /// Throws `WireError.missingRequired` if a proto2 `required` field is unset, here or in a message inside.
  func checkRequired() throws(WireError)
}

extension Message {
  /// Reads a message.
  ///
  /// - Throws: `WireError` for malformed bytes or an absent `required` field.
  @inlinable
  public init(serializedBytes bytes: UnsafeRawBufferPointer) throws(WireError) {
    self.init()
    var reader = BinaryReader(bytes)
    try merge(from: &reader)
    try checkRequired()
  }

  /// Reads a message.
  ///
  /// - Throws: `WireError` for malformed bytes or an absent `required` field.
  @inlinable
  public init(serializedBytes bytes: [UInt8]) throws(WireError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
      try Self(serializedBytes: UnsafeRawBufferPointer(buffer))
    }
  }

  /// The message in binary format. Equal messages have equal bytes: maps are sorted by key.
  @inlinable
  public func serializedBytes() -> [UInt8] {
    withScratchWriter { writer in encode(to: &writer) }
  }

  /// A message filled in place: `Ticket.with { $0.title = "…" }`.
  @inlinable
  public static func with(_ fill: (inout Self) throws -> Void) rethrows -> Self {
    var message = Self()
    try fill(&message)
    return message
  }

  @inlinable
  public func checkRequired() throws(WireError) {}

  public static func == (left: Self, right: Self) -> Bool { left.serializedBytes() == right.serializedBytes() }
}

/// Collects what `body` writes. Small messages are built on the stack, so that the array is the only allocation.
@usableFromInline
func withScratchWriter(_ body: (inout BinaryWriter) -> Void) -> [UInt8] {
  // The standard library takes at most 1,024 bytes from the stack; more would be an aligned allocation, dearer than the message.
  withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { scratch in
    var writer = BinaryWriter(scratch: scratch)
    body(&writer)
    return writer.bytes
  }
}

/// The version of generated code that this module is made for: generated files name it, so that a mismatch is a compile error.
public enum GeneratedCodeVersion1 {}
