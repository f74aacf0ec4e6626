internal import Synchronization

/// Remembers what verified tokens said, so that a token seen before costs no HMAC and no JSON.
///
/// It holds signature and claims, never validity: expiry and revocation are asked anew each time. A table of fixed size
/// in which a newer token takes an older one's place; only verified tokens get in, so strangers cannot push others out.
final class TokenCache: Sendable {
  private struct Entry {
    let token: [UInt8]
    let claims: AccessClaims
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

  func claims(of token: UnsafeRawBufferPointer) -> AccessClaims? {
    guard let place = place(of: token) else { return nil }
    return shards[place.shard].entries.withLock { entries in
      for slot in place.slots {
        if let entry = entries[slot], Self.isEqual(entry.token, token) { return entry.claims }
      }
      return nil
    }
  }

  func remember(_ token: UnsafeRawBufferPointer, _ claims: AccessClaims) {
    guard let place = place(of: token) else { return }
    let entry = Entry(token: Array(token), claims: claims)
    shards[place.shard].entries.withLock { entries in
      // The one that expires first gives way.
      let slot =
        place.slots.first { entries[$0] == nil }
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
