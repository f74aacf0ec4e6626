/// A value on the heap, for a field whose type contains, directly or by way of others, the message that holds it.
///
/// The box never changes: a new value gets a new box, so copies of a message share it safely.
public struct Indirect<Value: Sendable>: Sendable {
  private final class Box: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private let box: Box

  /// Boxes `value`.
  public init(_ value: Value) { box = Box(value) }

  /// What is in the box.
  public var value: Value { box.value }
}
