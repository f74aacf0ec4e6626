internal import Synchronization

/// Keeps loaded keys of passkeys that were used lately: loading one costs as much as half a signature, and a passkey's tokens live ten
/// minutes, so whoever is at work comes again.
///
/// Two tables, of which the older is dropped when the younger is full: never more than `2 * countMax` keys, of about 2 KiB each.
public final class PasskeyKeys: Sendable {
  private struct Tables {
    var younger: [[UInt8]: PasskeyKey] = [:]
    var older: [[UInt8]: PasskeyKey] = [:]
  }

  private let countMax: Int
  private let tables = Mutex(Tables())

  public init(countMax: Int = 1024) { self.countMax = countMax }

  /// - Parameter publicKey: COSE_Key, of a passkey that is registered: strangers get nothing in here.
  /// - Throws: `PasskeyFailure` for what is no key.
  public func key(_ publicKey: [UInt8]) throws(PasskeyFailure) -> PasskeyKey {
    if let known = tables.withLock({ $0.younger[publicKey] }) { return known }
    let promoted = tables.withLock { $0.older[publicKey] }
    let key = if let promoted { promoted } else { try PasskeyKey(publicKey: publicKey) }
    tables.withLock { tables in
      if tables.younger.count >= countMax {
        tables.older = tables.younger
        tables.younger = [:]
      }
      tables.younger[publicKey] = key
    }
    return key
  }

  /// How many keys are kept.
  public var count: Int { tables.withLock { Set($0.younger.keys).union($0.older.keys).count } }
}
