internal import Glibc
internal import Synchronization

/// Where unpredictable bytes come from, passed in so that tests and simulations can replay a run.
public protocol RandomSource: Sendable {
  /// `count` bytes that nobody can guess.
  func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
  /// Eight bytes as one number.
  public func word() -> UInt64 {
    bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number in 0..<`bound`, each as likely as the others.
  ///
  /// The last, incomplete run of `bound` values is thrown away and drawn again: a plain remainder would favour small numbers.
  public func number(below bound: UInt64) -> UInt64 {
    precondition(bound > 0)
    let excess = (UInt64.max % bound + 1) % bound
    while true {
      let word = word()
      if word <= UInt64.max - excess { return word % bound }
    }
  }
}

/// The kernel's generator (getentropy), drawn in blocks of 1 KiB: an id then costs no system call.
public final class SystemRandom: RandomSource {
  private static let blockBytes = 1024

  private struct Pool {
    var block: [UInt8] = []
    var used = 0
  }
  private let pool = Mutex(Pool())

  public init() {}

  public func bytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0)
    if count > 64 { return Self.draw(count) }
    return pool.withLock { pool in
      if pool.used + count > pool.block.count {
        pool.block = Self.draw(Self.blockBytes)
        pool.used = 0
      }
      let range = pool.used..<pool.used + count
      let bytes = Array(pool.block[range])
      // What was handed out must not be found in memory later.
      for index in range { pool.block[index] = 0 }
      pool.used += count
      return bytes
    }
  }

  private static func draw(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      // getentropy is getrandom without flags, restarted after signals, for at most 256 bytes at a time.
      let part = min(256, count - filled)
      let status = bytes[filled..<filled + part].withUnsafeMutableBytes { part in
        part.baseAddress.map { getentropy($0, part.count) } ?? 0
      }
      precondition(status == 0, "the kernel gives no random bytes: error \(errno)")
      filled += part
    }
    return bytes
  }
}

/// A repeatable sequence (SplitMix64) for tests and simulations; never for secrets.
public final class SeededRandom: RandomSource {
  private let state: Mutex<UInt64>

  public init(seed: UInt64) { state = Mutex(seed) }

  public func bytes(_ count: Int) -> [UInt8] {
    state.withLock { state in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count + 8)
      while bytes.count < count {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        withUnsafeBytes(of: mixed) { bytes.append(contentsOf: $0) }
      }
      bytes.removeSubrange(count...)
      return bytes
    }
  }
}
