/// A `string` key of a protobuf map.
///
/// Swift compares strings by canonical equivalence ("é" equals "e" + U+0301); protobuf keys are bytes, so these compare, hash and sort as UTF-8.
public struct MapKey: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The key itself.
  public let string: String

  /// The key that is `string`.
  public init(_ string: String) { self.string = string }

  public init(stringLiteral value: String) { string = value }

  public var description: String { string }

  public static func == (left: Self, right: Self) -> Bool {
    left.string.utf8.elementsEqual(right.string.utf8)
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var copy = string
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xff))
  }
}
