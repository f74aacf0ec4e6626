/// How the bytes of a field are laid out: the low three bits of its tag.
///
/// Source: protobuf encoding guide, "Message Structure".
public enum WireType {
  /// A varint: integers, booleans, enums.
  public static let varint: UInt32 = 0
  /// Eight bytes, little-endian.
  public static let fixed64: UInt32 = 1
  /// A length, then that many bytes.
  public static let lengthDelimited: UInt32 = 2
  /// Fields up to the matching `endGroup`.
  public static let startGroup: UInt32 = 3
  /// The end of a group.
  public static let endGroup: UInt32 = 4
  /// Four bytes, little-endian.
  public static let fixed32: UInt32 = 5
}

/// An enum of a `.proto` file. Open: a number that the file does not name is kept as it is.
public protocol Enumeration: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
  init(rawValue: Int32)
}

extension Enumeration {
  /// The value with number 0, which is what an unset field holds.
  @inlinable public init() { self.init(rawValue: 0) }
}
