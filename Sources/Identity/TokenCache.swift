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
  private let shards: [Shard]
  private let slotsPerShard: Int

  init(countMax: Int) {
    slotsPerShard = max(1, countMax / Self.shardCount)
    let slots = slotsPerShard
    shards = (0..<Self.shardCount).map { _ in Shard(count: slots) }
  }

  func claims(of token: [UInt8]) -> AccessClaims? {
    guard let place = place(of: token) else { return nil }
    return shards[place.shard].entries.withLock { entries in
      guard let entry = entries[place.slot], Self.isEqual(entry.token, token) else { return nil }
      return entry.claims
    }
  }

  func remember(_ token: [UInt8], _ claims: AccessClaims) {
    guard let place = place(of: token) else { return }
    shards[place.shard].entries.withLock { $0[place.slot] = Entry(token: token, claims: claims) }
  }

  /// Where a token belongs: its last characters are a code that nobody can choose, and so as good as a hash of the whole.
  private func place(of token: [UInt8]) -> (shard: Int, slot: Int)? {
    guard token.count > 16 else { return nil }
    var hash: UInt64 = 0
    // The very last character carries padding bits only in part.
    for byte in token[(token.count - 12)..<(token.count - 1)] { hash = hash &* 67 &+ UInt64(byte) }
    return (Int(hash % UInt64(Self.shardCount)), Int(hash / UInt64(Self.shardCount) % UInt64(slotsPerShard)))
  }

  /// In a time that does not depend on where they differ: the entry is a valid token of somebody else.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { constantTimeEquals(left, right) }
}
