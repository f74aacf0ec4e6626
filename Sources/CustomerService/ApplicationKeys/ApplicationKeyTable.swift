import Identity
import Platform
import Storage
import Synchronization

/// Every application key that may be used, in memory: whose key that is must be known on every call, without I/O.
///
/// It is filled at start and changed by `Transaction.afterCommit`, between the commit and the answer. Keys are looked up by
/// a keyed hash: how long that takes says nothing about the keys there are. About 200 bytes a key.
final class ApplicationKeyTable: Sendable {
  struct Entry: Sendable, Equatable {
    /// The key's own id; never the key.
    var id: String
    var userID: String
    /// Microseconds since 1970; nil if it was not used since the start.
    var lastUsedAt: Int64?
  }

  /// A use that the database does not know of yet.
  struct Use: Sendable, Equatable {
    var digest: [UInt8]
    var at: Int64
  }

  private struct Table {
    var entries: [[UInt8]: Entry] = [:]
    /// Which were used since that was last written down.
    var used: Set<[UInt8]> = []
  }

  /// How many uses are written down in one transaction.
  static let usesMax = 1000

  private let hash: ApplicationKeyHash
  private let time: any TimeSource
  private let table = Mutex(Table())

  init(secret: HashSecret, time: any TimeSource) {
    hash = ApplicationKeyHash(secret: secret)
    self.time = time
  }

  func digest(of key: ApplicationKey) -> [UInt8] { hash.digest(of: key) }

  /// Whose key a text is; nil if it is none that may be used.
  func entry(of text: String) -> Entry? {
    guard let key = ApplicationKey(text) else { return nil }
    let digest = digest(of: key)
    return table.withLock { $0.entries[digest] }
  }

  /// The same for a key that is used by this.
  func use(_ text: String) -> Entry? {
    guard let key = ApplicationKey(text) else { return nil }
    let digest = digest(of: key)
    let now = time.wallMicroseconds
    return table.withLock { table in
      guard var entry = table.entries[digest] else { return nil }
      entry.lastUsedAt = now
      table.entries[digest] = entry
      table.used.insert(digest)
      return entry
    }
  }

  func lastUse(of digest: [UInt8]) -> Int64? { table.withLock { $0.entries[digest]?.lastUsedAt } }

  /// What is true of a key from now on.
  func follow(_ record: ApplicationKeyRecord) {
    table.withLock { table in
      if record.isActive {
        table.entries[record.digest] = Entry(id: record.id, userID: record.userID, lastUsedAt: record.lastUsedAt)
      } else {
        table.entries[record.digest] = nil
      }
    }
  }

  /// Ends what was a key until now.
  func forget(_ digest: [UInt8]) { _ = table.withLock { $0.entries.removeValue(forKey: digest) } }

  /// Takes up to `usesMax` uses that nobody has written down yet.
  func takeUses() -> [Use] {
    table.withLock { table in
      var uses: [Use] = []
      while uses.count < Self.usesMax, let digest = table.used.popFirst() {
        // A key that ended meanwhile has no use to note.
        if let at = table.entries[digest]?.lastUsedAt { uses.append(Use(digest: digest, at: at)) }
      }
      return uses
    }
  }

  /// Gives back uses that could not be written down.
  func putBack(_ uses: [Use]) { table.withLock { $0.used.formUnion(uses.map(\.digest)) } }

  var count: Int { table.withLock { $0.entries.count } }
}

extension ApplicationKeyTable {
  /// Writes down the uses of the last minute, a bounded number at a time.
  ///
  /// - Returns: Whether there may be more.
  func flush(to database: Database) async throws -> Bool {
    let uses = takeUses()
    guard !uses.isEmpty else { return false }
    do {
      try await database.write { transaction in
        for use in uses { try ApplicationKeyStore.recordUse(of: use.digest, at: use.at, transaction) }
      }
    } catch {
      putBack(uses)
      throw error
    }
    return uses.count == Self.usesMax
  }
}
