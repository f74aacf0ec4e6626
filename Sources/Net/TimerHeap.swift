internal import Platform

/// A timer set on an `EventLoop`; keep it to cancel it with `EventLoop.cancel(_:)`.
///
/// Confined to the loop that made it.
public final class TimerHandle {
  let deadline: MonotonicInstant
  /// Ties fire in the order in which they were set.
  let sequence: UInt64
  var body: (() -> Void)?
  /// Where it stands in the heap; -1 when it is not there (fired or cancelled).
  var index = -1

  init(deadline: MonotonicInstant, sequence: UInt64, body: @escaping () -> Void) {
    self.deadline = deadline
    self.sequence = sequence
    self.body = body
  }

  /// Whether the timer is still going to fire.
  public var isPending: Bool { index >= 0 }
}

/// A binary heap of timers, earliest first. Entries know their place, so cancelling really removes them:
/// a deadline per call would otherwise leave its entry behind until it expires.
struct TimerHeap {
  private var entries: [TimerHandle] = []

  var count: Int { entries.count }
  var earliest: MonotonicInstant? { entries.first?.deadline }

  mutating func insert(_ timer: TimerHandle) {
    timer.index = entries.count
    entries.append(timer)
    siftUp(timer.index)
  }

  /// Removes `timer`; does nothing when it is not in the heap.
  mutating func remove(_ timer: TimerHandle) {
    let index = timer.index
    guard index >= 0 else { return }
    timer.index = -1
    let last = entries.removeLast()
    guard last !== timer else { return }
    entries[index] = last
    last.index = index
    siftUp(index)
    siftDown(last.index)
  }

  /// Takes the earliest timer out if its deadline is not after `now`.
  mutating func popExpired(_ now: MonotonicInstant) -> TimerHandle? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    remove(first)
    return first
  }

  /// Drops every timer, and what their bodies hold on to, unfired.
  mutating func removeAll() {
    for entry in entries {
      entry.index = -1
      entry.body = nil
    }
    entries = []
  }

  private func isBefore(_ left: TimerHandle, _ right: TimerHandle) -> Bool {
    left.deadline == right.deadline ? left.sequence < right.sequence : left.deadline < right.deadline
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    let timer = entries[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard isBefore(timer, entries[parent]) else { break }
      entries[index] = entries[parent]
      entries[index].index = index
      index = parent
    }
    entries[index] = timer
    timer.index = index
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    let timer = entries[index]
    while true {
      var child = 2 * index + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, isBefore(entries[child + 1], entries[child]) { child += 1 }
      guard isBefore(entries[child], timer) else { break }
      entries[index] = entries[child]
      entries[index].index = index
      index = child
    }
    entries[index] = timer
    timer.index = index
  }
}
