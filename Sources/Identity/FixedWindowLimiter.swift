public import Platform
internal import Synchronization

/// Where somebody stands in a window.
public struct WindowState: Sendable, Equatable {
  /// How many may come in a window.
  public var limit: Int
  /// How many came, this one included; more than `limit` for one that is too much.
  public var count: Int
  /// When the window ends, in seconds since 1970, rounded up.
  public var resetsAt: Int64
  /// Until then.
  public var wait: Duration

  public var remaining: Int { max(0, limit - count) }
  public var isExceeded: Bool { count > limit }
}

/// Counts by key in windows of a fixed length: exactly so many in each, then none until the window ends.
///
/// A key's window begins with its first call. Keys are kept as a hash seeded anew in each process, as `RateLimiter` keeps them.
public final class FixedWindowLimiter: Sendable {
  private struct Window {
    var endsAt: Int64
    var count: Int
  }

  private struct Table {
    var windows: [UInt64: Window] = [:]
  }

  private let window: Duration
  private let keysMax: Int
  private let time: any TimeSource
  private let table = Mutex(Table())

  /// - Parameters:
  ///   - window: Its length.
  ///   - keysMax: How many windows are remembered.
  public init(window: Duration, keysMax: Int = 100_000, time: any TimeSource) {
    precondition(window > .zero && keysMax > 0)
    self.window = window
    self.keysMax = keysMax
    self.time = time
  }

  /// Counts one call of a key.
  ///
  /// - Parameter limit: How many this key may have in a window.
  public func count(_ key: String, limit: Int) -> WindowState {
    let hash = hash(key)
    let now = time.monotonic.nanoseconds
    let window = table.withLock { table in
      var window = table.windows[hash] ?? Window(endsAt: 0, count: 0)
      if window.endsAt <= now {
        if table.windows[hash] == nil, table.windows.count >= keysMax { makeRoom(&table, now) }
        window = Window(endsAt: now + self.window.wholeNanoseconds, count: 0)
      }
      // What is refused is counted no further: a number that only grows would overflow one day.
      if window.count <= limit { window.count += 1 }
      table.windows[hash] = window
      return window
    }
    let wait = window.endsAt - now
    let resetsAt = (time.wallMicroseconds + wait / 1_000 + 999_999) / 1_000_000
    return WindowState(limit: limit, count: window.count, resetsAt: resetsAt, wait: .nanoseconds(wait))
  }

  /// How many windows are remembered.
  public var keyCount: Int { table.withLock { $0.windows.count } }

  /// Forgets the windows that have ended; if none has, those that end first.
  private func makeRoom(_ table: inout Table, _ now: Int64) {
    table.windows = table.windows.filter { $0.value.endsAt > now }
    guard table.windows.count >= keysMax else { return }
    let sorted = table.windows.values.map(\.endsAt).sorted()
    let threshold = sorted[max(0, keysMax / 8 - 1)]
    table.windows = table.windows.filter { $0.value.endsAt > threshold }
  }

  private func hash(_ key: String) -> UInt64 {
    var hasher = Hasher()
    // The bytes, not the string: strings that are canonically equal would share a window.
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
