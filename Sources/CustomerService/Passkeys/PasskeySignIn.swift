import Identity
import Platform
import RPC
import Storage

/// Finds out who signs in by a passkey (Web Authentication, section 7.2).
///
/// Whatever goes wrong, the caller hears `passkeyRefused` and the log says which step it was. A challenge of ours is used up by the first
/// attempt that presents it, whether it succeeds or not, in the transaction that decides.
struct PasskeySignIn: Sendable {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let challenges: PasskeyChallenges
  let settings: PasskeySettings
  let publicURL: PublicURL
  let keys = PasskeyKeys()

  /// What is known before the transaction that decides.
  private struct Candidate {
    var passkey: Passkey
    var challenge: PasskeyChallenge
    var use: PasskeyUse
  }

  private enum Outcome<Value: Sendable>: Sendable {
    case signedIn(User, Value)
    case disabled
    case refused(PasskeyFailure)
  }

  /// Verifies an assertion and, if it is right, runs `complete` in the same transaction.
  ///
  /// - Parameter complete: What makes a sign-in of it: a token, a browser's session. It may run more than once.
  /// - Throws: `passkeyRefused`; `accountDisabled`, said only after a valid assertion; and whatever `complete` throws, after which
  ///   nothing has happened, not even to the challenge.
  func verify<Value: Sendable>(
    _ response: AssertionResponse, _ call: ServerCall, complete: @escaping @Sendable (User, Transaction) throws -> Value
  ) async throws -> (user: User, value: Value) {
    do {
      let candidate = try await candidate(response, call)
      let alarm = AuditEntry(
        .passkeyCloned, of: candidate.passkey.userID, detail: candidate.passkey.id, by: candidate.passkey.userID, call, ids: ids,
        now: time.wallMicroseconds)
      let outcome = try await database.write(for: call) { transaction in
        try Self.decide(candidate, alarm, transaction, complete)
      }
      switch outcome {
      case .signedIn(let user, let value): return (user, value)
      case .disabled: throw CustomerServiceError.accountDisabled
      case .refused(let failure): throw failure
      }
    } catch let failure as PasskeyFailure {
      call.log(failure, in: .get)
      throw CustomerServiceError.passkeyRefused
    }
  }

  /// Everything that needs no writing: steps 1 to 13 and 15.
  private func candidate(_ response: AssertionResponse, _ call: ServerCall) async throws -> Candidate {
    let clientData = try ClientData(response.clientDataJSON, of: .get)
    let stored = try await database.read(for: call) { try PasskeyStore.passkey(credentialID: response.credentialID, $0) }
    // Nobody's in particular, or made for whoever has this passkey: then the options listed it (step 2).
    let challenge = try challenges.open(clientData.challenge, for: .get, userIDs: stored.map { ["", $0.userID] } ?? [""])
    do {
      guard let stored else { throw PasskeyFailure.unknownCredential }
      if let handle = response.userHandle, handle != Passkey.userHandle(stored.userID) { throw PasskeyFailure.wrongUserHandle }
      let use = try settings.party(publicURL: publicURL.value).verify(
        response, clientData, key: keys.key(stored.publicKey), isBackupEligible: stored.isBackupEligible)
      return Candidate(passkey: stored, challenge: challenge, use: use)
    } catch let failure as PasskeyFailure {
      let now = time.wallMicroseconds
      let isFirst = try await database.write(for: call) { try UsedChallengeStore.use(challenge, now: now, $0) }
      throw isFirst ? failure : .challenge(.used)
    }
  }

  /// Steps 5 (once only), 14 and 16, and what the account says.
  private static func decide<Value>(
    _ candidate: Candidate, _ alarm: AuditEntry, _ transaction: Transaction, _ complete: (User, Transaction) throws -> Value
  ) throws -> Outcome<Value> {
    let now = alarm.at
    guard try UsedChallengeStore.use(candidate.challenge, now: now, transaction) else { return .refused(.challenge(.used)) }
    // Looked at again: it may have been used or deleted since.
    guard var passkey = try PasskeyStore.passkey(id: candidate.passkey.id, transaction),
      let user = try UserStore.user(id: passkey.userID, transaction)
    else { return .refused(.unknownCredential) }
    do throws(PasskeyFailure) {
      try passkey.record(candidate.use, at: now)
    } catch {
      try AuditStore.insert(alarm, transaction)
      return .refused(error)
    }
    guard user.isActive else { return .disabled }
    guard try PasskeyStore.isOn(for: user.id, transaction) else { return .refused(.switchedOff) }
    try PasskeyStore.updateUse(passkey, transaction)
    return .signedIn(user, try complete(user, transaction))
  }
}

extension ServerCall {
  /// Says which step of which ceremony failed: what the caller is not told.
  func log(_ failure: PasskeyFailure, in ceremony: PasskeyCeremony) {
    var logger = logger
    logger[metadataKey: "peer"] = "\(peer)"
    logger[metadataKey: "ceremony"] = "\(ceremony.rawValue)"
    logger[metadataKey: "reason"] = "\(failure.reason)"
    if let step = failure.step(of: ceremony) { logger[metadataKey: "step"] = "\(step)" }
    if let detail = failure.detail { logger[metadataKey: "detail"] = "\(detail)" }
    if case .signCountNotGreater = failure {
      logger.warning("passkey refused: it may have been copied")
    } else {
      logger.notice("passkey refused")
    }
  }
}
