internal import Synchronization

/// Remembers what verified tokens said, so that a token seen before costs no HMAC and no JSON.
///
/// It holds signature and claims, never validity: expiry and revocation are asked anew each time, and what a forgotten secret
/// signed is not found. A table of fixed size in which a newer token takes an older one's place; only verified tokens get in,
/// so strangers cannot push others out.
final class TokenCache: Sendable {
  private struct Entry {
    let token: [UInt8]
    let claims: AccessClaims
    /// Of the keys that verified it (`SigningKeys.edition`).
    let edition: Int
  }

  private final class Shard: Sendable {
    let entries: Mutex<[Entry?]>
    init(count: Int) { entries = Mutex(Array(repeating: nil, count: count)) }
  }

  /// Several locks, so that loops rarely meet at one.
  private static let shardCount = 16
  /// Places that a token may take, so that few are pushed out while others are free.
  private static let ways = 4
  private let shards: [Shard]
  private let setsPerShard: Int

  init(countMax: Int) {
    setsPerShard = max(1, countMax / Self.shardCount / Self.ways)
    let slots = setsPerShard * Self.ways
    shards = (0..<Self.shardCount).map { _ in Shard(count: slots) }
  }

  /// - Parameter edition: Of the keys now: what others verified is not taken.
  func claims(of token: UnsafeRawBufferPointer, edition: Int) -> AccessClaims? {
    guard let place = place(of: token) else { return nil }
    return shards[place.shard].entries.withLock { entries in
      for slot in place.slots {
        if let entry = entries[slot], entry.edition == edition, Self.isEqual(entry.token, token) { return entry.claims }
      }
      return nil
    }
  }

  /// - Parameter edition: Of the keys when verifying began.
  func remember(_ token: UnsafeRawBufferPointer, _ claims: AccessClaims, edition: Int) {
    guard let place = place(of: token) else { return }
    let entry = Entry(token: Array(token), claims: claims, edition: edition)
    shards[place.shard].entries.withLock { entries in
      // One of other keys gives way, or the one that expires first.
      let slot =
        place.slots.first { entries[$0]?.edition != edition }
        ?? place.slots.min { (entries[$0]?.claims.expiresAt ?? 0) < (entries[$1]?.claims.expiresAt ?? 0) }
      if let slot { entries[slot] = entry }
    }
  }

  /// Where a token belongs: its last characters are a code that nobody can choose, and so as good as a hash of the whole.
  private func place(of token: UnsafeRawBufferPointer) -> (shard: Int, slots: Range<Int>)? {
    guard token.count > 16 else { return nil }
    var hash: UInt64 = 0
    // The very last character carries four bits only.
    for byte in token[(token.count - 12)..<(token.count - 1)] { hash = hash &* 67 &+ UInt64(byte) }
    let set = Int(hash / UInt64(Self.shardCount) % UInt64(setsPerShard))
    return (Int(hash % UInt64(Self.shardCount)), set * Self.ways..<(set + 1) * Self.ways)
  }

  /// In a time that does not depend on where they differ: the entry is a valid token of somebody else.
  private static func isEqual(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
    left.withUnsafeBytes { constantTimeEquals($0, right) }
  }
}
