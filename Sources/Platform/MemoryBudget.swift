internal import Synchronization

/// How many bytes of one kind a process may hold, over all connections: of requests that have not come whole, of answers that
/// have not left.
///
/// Each of them is bounded, but a stranger can begin a great many at once and never end them. Small ones are not counted: flow
/// control bounds what lies in the streams.
public final class MemoryBudget: Sendable {
  /// A request or answer of no more than this is not counted.
  public static let freeBytes = 64 * 1024

  private let bytesMax: Int
  private let held = Atomic<Int>(0)

  public init(bytesMax: Int = 256 * 1024 * 1024) {
    self.bytesMax = bytesMax
  }

  /// What is held now.
  public var heldBytes: Int { held.load(ordering: .relaxed) }

  fileprivate func take(_ count: Int) -> Bool {
    let (before, _) = held.add(count, ordering: .relaxed)
    guard before + count > bytesMax else { return true }
    give(count)
    return false
  }

  /// Beyond the ceiling too.
  fileprivate func force(_ count: Int) {
    held.add(count, ordering: .relaxed)
  }

  fileprivate func give(_ count: Int) {
    held.subtract(count, ordering: .relaxed)
  }
}

/// What one request or answer holds of the budget; given back with it. It may go from thread to thread, and is used by one at a time.
public final class MemoryHold: Sendable {
  private let budget: MemoryBudget
  private let counted = Atomic<Int>(0)

  public init(_ budget: MemoryBudget) {
    self.budget = budget
  }

  deinit {
    let count = counted.load(ordering: .relaxed)
    if count > 0 { budget.give(count) }
  }

  /// The request or answer has grown to `count` bytes.
  ///
  /// - Returns: Whether the budget has room for that.
  public func grew(to count: Int) -> Bool {
    let before = counted.load(ordering: .relaxed)
    guard count > MemoryBudget.freeBytes, count > before else { return true }
    guard budget.take(count - before) else { return false }
    counted.store(count, ordering: .relaxed)
    return true
  }

  /// It holds `count` bytes now, whether there is room for them or not: where it is too late to refuse.
  public func set(to count: Int) {
    let count = count > MemoryBudget.freeBytes ? count : 0
    let before = counted.exchange(count, ordering: .relaxed)
    if count != before { budget.force(count - before) }
  }
}
