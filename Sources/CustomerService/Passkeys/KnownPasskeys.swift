import Identity
import Synchronization

/// What never changes about a passkey while its row is there: whose it is, and its key, loaded.
struct KnownPasskey: Sendable {
  /// Of the row: whoever registers the same credential anew gets another.
  let id: String
  let userID: String
  let isBackupEligible: Bool
  let key: PasskeyKey
}

/// Passkeys that were used lately, so that signing in by one needs neither a read before its signature can be looked at nor its key
/// loaded anew. A passkey's token lives ten minutes: whoever is at work comes again.
///
/// Two tables, of which the older is dropped when the younger is full: never more than `2 * countMax`, about 3 KiB each. Only registered
/// ones get in, so strangers push nobody out.
final class KnownPasskeys: Sendable {
  private struct Tables {
    var younger: [[UInt8]: KnownPasskey] = [:]
    var older: [[UInt8]: KnownPasskey] = [:]
  }

  private let countMax: Int
  private let tables = Mutex(Tables())

  init(countMax: Int = 1024) { self.countMax = countMax }

  func passkey(credentialID: [UInt8]) -> KnownPasskey? {
    tables.withLock { tables in
      if let known = tables.younger[credentialID] { return known }
      guard let known = tables.older[credentialID] else { return nil }
      remember(known, credentialID, &tables)
      return known
    }
  }

  func remember(_ passkey: KnownPasskey, credentialID: [UInt8]) {
    tables.withLock { remember(passkey, credentialID, &$0) }
  }

  /// Its row is gone.
  func forget(credentialID: [UInt8]) {
    tables.withLock { tables in
      tables.younger[credentialID] = nil
      tables.older[credentialID] = nil
    }
  }

  /// How many are kept; one in both tables counts twice.
  var count: Int { tables.withLock { $0.younger.count + $0.older.count } }

  private func remember(_ passkey: KnownPasskey, _ credentialID: [UInt8], _ tables: inout Tables) {
    if tables.younger.count >= countMax {
      tables.older = tables.younger
      tables.younger = [:]
    }
    tables.younger[credentialID] = passkey
  }
}
