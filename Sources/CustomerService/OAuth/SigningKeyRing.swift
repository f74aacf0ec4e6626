import Identity
import Platform
import RPC
import Storage
import Synchronization

/// The keys that sign ID tokens, in memory: filled from the database at start, changed between a rotation's commit and its answer.
///
/// Signing with RSA takes most of a millisecond and making a key far more, so both happen on a thread of their own.
final class SigningKeyRing: Sendable {
  private struct Entry: Sendable {
    let record: SigningKeyRecord
    let pair: KeyPair
    let publicKey: JSONWebKey
  }

  private let database: Database
  private let time: any TimeSource
  private let entries = Mutex<[Entry]>([])
  private let pool: WorkerPool<Void>

  init(database: Database, time: any TimeSource) {
    self.database = database
    self.time = time
    pool = WorkerPool(options: .init(name: "jws", threads: 1, queueMax: 512), makeContext: { _ in })
  }

  /// To be called once, after the migrations: reads the keys, and makes those that are missing.
  func start() async throws {
    let now = time.wallMicroseconds
    let records = try await database.read { try SigningKeyStore.published(now: now, $0) }
    try set(records)
    let missing = SigningAlgorithm.allCases.filter { algorithm in
      !records.contains { $0.algorithm == algorithm && $0.retiresAt == nil }
    }
    if !missing.isEmpty { _ = try await rotate(missing, recording: nil) }
  }

  /// Makes new keys, which sign from now on; the old ones stay published until what they signed has expired.
  ///
  /// - Parameter entry: For the audit trail; nil where nobody asked for it.
  /// - Returns: The keys after that.
  func rotate(_ algorithms: [SigningAlgorithm] = SigningAlgorithm.allCases, recording entry: AuditEntry?) async throws -> [SigningKeyRecord]
  {
    let now = time.wallMicroseconds
    var fresh: [SigningKeyRecord] = []
    for algorithm in algorithms {
      let pair = try await offLoop { KeyPair.make(algorithm) }
      fresh.append(
        SigningKeyRecord(id: pair.publicKey.thumbprint, algorithm: algorithm, privateKey: pair.pkcs8, createdAt: now, retiresAt: nil))
    }
    return try await database.write { [fresh] transaction in
      for key in fresh {
        try SigningKeyStore.retire(key.algorithm, at: now + SigningKeyRecord.publishedFor, transaction)
        try SigningKeyStore.insert(key, transaction)
      }
      if let entry { try AuditStore.insert(entry, transaction) }
      let records = try SigningKeyStore.published(now: now, transaction)
      let entries = try Self.entries(records)
      transaction.afterCommit { [self] in self.entries.withLock { $0 = entries } }
      return records
    }
  }

  /// To be called now and then: renews keys that have grown old, forgets those that are published no longer.
  func housekeep() async throws {
    let now = time.wallMicroseconds
    let all = records
    let old = all.filter { $0.retiresAt == nil && $0.createdAt <= now - SigningKeyRecord.ageMax }.map(\.algorithm)
    if !old.isEmpty { _ = try await rotate(old, recording: nil) }
    guard all.contains(where: { ($0.retiresAt ?? .max) <= now }) else { return }
    try await database.write { try SigningKeyStore.forgetRetired(now: now, $0) }
    entries.withLock { $0.removeAll { ($0.record.retiresAt ?? .max) <= now } }
  }

  /// What is published: those that sign first.
  var publicKeys: [(record: SigningKeyRecord, key: JSONWebKey)] {
    let now = time.wallMicroseconds
    return entries.withLock { $0.filter { ($0.record.retiresAt ?? .max) > now }.map { ($0.record, $0.publicKey) } }
  }

  var records: [SigningKeyRecord] { entries.withLock { $0.map(\.record) } }

  /// A token that says `claims`.
  func sign(_ claims: [(name: String, value: SignedToken.Value)], _ algorithm: SigningAlgorithm) async throws -> String {
    guard let entry = entries.withLock({ $0.first { $0.record.algorithm == algorithm && $0.record.retiresAt == nil } }) else {
      preconditionFailure("the key ring was not started")
    }
    return try await offLoop { SignedToken.make(claims, keyID: entry.record.id, key: entry.pair) }
  }

  /// Whom an ID token of ours is about; nil for one that is not ours, of another client, or whose key is published no longer.
  ///
  /// An expired one still says whom it was about, which is all that `id_token_hint` is for (OpenID Connect Core 1.0, section 3.1.2.1).
  func subject(ofIDToken token: String, issuer: String, audience: String) -> String? {
    let entries = entries.withLock { $0 }
    let claims = SignedToken.textClaims(of: token) { id in entries.first { $0.record.id == id }?.pair }
    guard let claims, claims["iss"] == issuer, claims["aud"] == audience else { return nil }
    return claims["sub"]
  }

  /// To be called once, after the last call.
  func close() async { await pool.close() }

  private func offLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
    do {
      return try await pool.run { _ in body() }
    } catch {
      throw RPCError.serverBusy(retryAfter: .seconds(1))
    }
  }

  private func set(_ records: [SigningKeyRecord]) throws {
    let fresh = try Self.entries(records)
    entries.withLock { $0 = fresh }
  }

  private static func entries(_ records: [SigningKeyRecord]) throws -> [Entry] {
    try records.map { record in
      guard let pair = KeyPair(pkcs8: record.privateKey, record.algorithm) else {
        throw StorageError.column(name: "private_key", expected: "a \(record.algorithm.rawValue) key in PKCS #8", found: "something else")
      }
      return Entry(record: record, pair: pair, publicKey: pair.publicKey)
    }
  }
}
