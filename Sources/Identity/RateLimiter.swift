public import Platform
internal import Synchronization

/// A rate: so many at once, refilled evenly over a time.
public struct RateLimit: Sendable, Equatable {
  /// How many may come at once.
  public var burst: Int
  /// In which time a whole burst comes back.
  public var refill: Duration

  public init(burst: Int, refill: Duration) {
    precondition(burst > 0 && refill > .zero)
    self.burst = burst
    self.refill = refill
  }
}

/// Token buckets by key: an address, a user, a telephone number. Synchronous and cheap enough for every call.
///
/// Keys are kept as a hash seeded anew in each process: a bucket takes a few bytes however long its key, and nobody can
/// choose keys that share one.
public final class RateLimiter: Sendable {
  /// When a bucket will be full again says everything about it.
  private struct Table {
    var fullAt: [UInt64: Int64] = [:]
  }

  private let limit: RateLimit
  private let keysMax: Int
  private let time: any TimeSource
  private let nanosecondsEach: Int64
  private let table = Mutex(Table())

  /// - Parameter keysMax: How many buckets that are not full are remembered.
  public init(_ limit: RateLimit, keysMax: Int = 100_000, time: any TimeSource) {
    precondition(keysMax > 0)
    self.limit = limit
    self.keysMax = keysMax
    self.time = time
    nanosecondsEach = max(1, limit.refill.wholeNanoseconds / Int64(limit.burst))
  }

  /// Takes one token from a key's bucket.
  ///
  /// - Returns: Nil if there was one; otherwise the time until there will be, for `Retry-After`.
  public func take(_ key: String) -> Duration? { take(hash(key)) }

  /// Whether `take` would refuse, without taking.
  public func wait(for key: String) -> Duration? {
    let hash = hash(key)
    let now = time.monotonic.nanoseconds
    return table.withLock { table in excess(table.fullAt[hash], now) }
  }

  /// Makes a key's bucket full, for example after the right password.
  public func reset(_ key: String) {
    let hash = hash(key)
    _ = table.withLock { $0.fullAt.removeValue(forKey: hash) }
  }

  /// How many buckets are remembered.
  public var keyCount: Int { table.withLock { $0.fullAt.count } }

  private func take(_ hash: UInt64) -> Duration? {
    let now = time.monotonic.nanoseconds
    return table.withLock { table in
      let fullAt = table.fullAt[hash]
      if let wait = excess(fullAt, now) { return wait }
      if fullAt == nil, table.fullAt.count >= keysMax { makeRoom(&table, now) }
      table.fullAt[hash] = max(fullAt ?? now, now) + nanosecondsEach
      return nil
    }
  }

  /// How long until a bucket holds one token; nil if it does. A bucket is empty when filling it takes the whole time.
  private func excess(_ fullAt: Int64?, _ now: Int64) -> Duration? {
    guard let fullAt else { return nil }
    let excess = fullAt + nanosecondsEach - (now + nanosecondsEach * Int64(limit.burst))
    return excess > 0 ? .nanoseconds(excess) : nil
  }

  /// Forgets the buckets that are full again; if none is, those that are fullest, which is the least of the wrongs.
  private func makeRoom(_ table: inout Table, _ now: Int64) {
    table.fullAt = table.fullAt.filter { $0.value > now }
    guard table.fullAt.count >= keysMax else { return }
    let sorted = table.fullAt.values.sorted()
    let threshold = sorted[max(0, keysMax / 8 - 1)]
    table.fullAt = table.fullAt.filter { $0.value > threshold }
  }

  private func hash(_ key: String) -> UInt64 {
    var hasher = Hasher()
    // The bytes, not the string: strings that are canonically equal would share a bucket.
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
