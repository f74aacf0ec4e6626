import CustomerServiceAPI
import Identity
import Platform
import RPC
import Storage

/// The caller's application key (chapters 1.5.1 to 1.5.5 of the document).
struct ApplicationKeyService: CSAv1.ApplicationKeyServiceServer {
  let database: Database
  let time: any TimeSource
  let random: any RandomSource
  let ids: ObjectIDGenerator
  let keys: ApplicationKeyTable
  let validity: TokenValidity

  /// POST /api/application-key/create
  func createApplicationKey(
    _ request: CSAv1.CreateApplicationKeyRequest, _ call: ServerCall
  ) async throws -> CSAv1.CreateApplicationKeyResponse {
    let caller = try call.caller()
    let key = ApplicationKey(random: random)
    let now = time.wallMicroseconds
    let record = ApplicationKeyRecord(
      id: UUIDGenerator(random: random).next(), userID: caller.id, digest: keys.digest(of: key), ending: key.ending, isActive: true,
      createdAt: now)
    let entry = AuditEntry(.applicationKeyCreated, of: caller.id, call, ids: ids, now: now)
    try await database.write(for: call) { [keys] transaction in
      guard try ApplicationKeyStore.key(of: record.userID, transaction) == nil else { throw CustomerServiceError.applicationKeyExists }
      try ApplicationKeyStore.insert(record, transaction)
      try AuditStore.insert(entry, transaction)
      transaction.afterCommit { keys.follow(record) }
    }
    return .with {
      $0.message = "应用密钥创建成功"
      $0.applicationKey = CSAv1.ChangedApplicationKey(record, key: key)
    }
  }

  /// GET /api/application-key/info
  func getApplicationKey(_ request: CSAv1.GetApplicationKeyRequest, _ call: ServerCall) async throws -> CSAv1.ApplicationKey {
    let caller = try call.caller()
    guard let record = try await database.read(for: call, { try ApplicationKeyStore.key(of: caller.id, $0) }) else {
      throw CustomerServiceError.applicationKeyNotFound
    }
    return CSAv1.ApplicationKey(record, lastUsedAt: keys.lastUse(of: record.digest) ?? record.lastUsedAt)
  }

  /// POST /api/application-key/rotate
  func rotateApplicationKey(
    _ request: CSAv1.RotateApplicationKeyRequest, _ call: ServerCall
  ) async throws -> CSAv1.RotateApplicationKeyResponse {
    let key = ApplicationKey(random: random)
    let digest = keys.digest(of: key)
    let record = try await change(.applicationKeyRotated, call) { record in
      record.digest = digest
      record.ending = key.ending
      // The new key was never used.
      record.lastUsedAt = nil
    }
    return .with {
      $0.message = "应用密钥轮转成功"
      $0.applicationKey = CSAv1.ChangedApplicationKey(record, key: key)
    }
  }

  /// PUT /api/application-key/status
  func setApplicationKeyStatus(
    _ request: CSAv1.SetApplicationKeyStatusRequest, _ call: ServerCall
  ) async throws -> CSAv1.SetApplicationKeyStatusResponse {
    // The rules of the proto refuse a request that leaves it out.
    let isActive = request.isActive ?? false
    let record = try await change(isActive ? .applicationKeyEnabled : .applicationKeyDisabled, call) { $0.isActive = isActive }
    return .with {
      $0.message = isActive ? "应用密钥已启用" : "应用密钥已禁用"
      $0.applicationKey = CSAv1.ChangedApplicationKey(record)
    }
  }

  /// GET /api/application-key/validate
  ///
  /// Whoever asks does not use the key: its last use stays as it is.
  func validateApplicationKey(
    _ request: CSAv1.ValidateApplicationKeyRequest, _ call: ServerCall
  ) async throws -> CSAv1.ValidateApplicationKeyResponse {
    let entry = keys.entry(of: request.key)
    if entry == nil { call.logger.notice("no such application key", metadata: ["peer": "\(call.peer)"]) }
    return .with { $0.valid = entry.map { !validity.state(of: $0.userID).isDisabled } ?? false }
  }

  /// Changes the caller's key in database and memory; one that stays as it is is not touched.
  ///
  /// - Throws: `applicationKeyNotFound`.
  private func change(
    _ action: AuditAction, _ call: ServerCall, _ alter: @escaping @Sendable (inout ApplicationKeyRecord) -> Void
  ) async throws -> ApplicationKeyRecord {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let entry = AuditEntry(action, of: caller.id, call, ids: ids, now: now)
    return try await database.write(for: call) { [keys] transaction in
      guard let before = try ApplicationKeyStore.key(of: caller.id, transaction) else {
        throw CustomerServiceError.applicationKeyNotFound
      }
      var known = before
      // The memory knows of uses of the last minute, and forgets them with the key.
      known.lastUsedAt = keys.lastUse(of: before.digest) ?? before.lastUsedAt
      var record = known
      alter(&record)
      guard record != known else { return known }
      record.updatedAt = now
      try ApplicationKeyStore.update(record, transaction)
      try AuditStore.insert(entry, transaction)
      let after = record
      transaction.afterCommit {
        if after.digest != before.digest { keys.forget(before.digest) }
        keys.follow(after)
      }
      return after
    }
  }
}
