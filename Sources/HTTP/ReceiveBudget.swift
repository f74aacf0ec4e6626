import Synchronization

/// How many bytes of requests that have not come whole a process may hold, over all connections.
///
/// Each request is bounded, but a stranger can begin a great many at once and never end them. Small ones are not counted: flow
/// control bounds what lies in the streams.
public final class ReceiveBudget: Sendable {
  /// A request below this is not counted.
  static let freeBytes = 64 * 1024

  private let bytesMax: Int
  private let held = Atomic<Int>(0)

  public init(bytesMax: Int = 256 * 1024 * 1024) {
    self.bytesMax = bytesMax
  }

  fileprivate func take(_ count: Int) -> Bool {
    let (before, _) = held.add(count, ordering: .relaxed)
    guard before + count > bytesMax else { return true }
    give(count)
    return false
  }

  fileprivate func give(_ count: Int) {
    held.subtract(count, ordering: .relaxed)
  }
}

/// What one request holds of the budget; given back with it.
public final class ReceiveHold {
  private let budget: ReceiveBudget
  private var counted = 0

  public init(_ budget: ReceiveBudget) {
    self.budget = budget
  }

  deinit {
    if counted > 0 { budget.give(counted) }
  }

  /// The request has grown to `count` bytes.
  ///
  /// - Returns: Whether the budget has room for that.
  public func grew(to count: Int) -> Bool {
    guard count > ReceiveBudget.freeBytes, count > counted else { return true }
    guard budget.take(count - counted) else { return false }
    counted = count
    return true
  }
}
