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
  let relyingParty: CurrentRelyingParty
  let known = KnownPasskeys()

  /// What is found out before the transaction that decides.
  private struct Candidate {
    var passkey: KnownPasskey
    var challenge: PasskeyChallenge
    var use: PasskeyUse
  }

  private enum Outcome<Value: Sendable>: Sendable {
    case signedIn(User, Value)
    case disabled
    case refused(PasskeyFailure)
    /// What was remembered of the passkey does not hold; nothing has happened.
    case outdated
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
      let clientData = try ClientData(response.clientDataJSON, of: .get)
      var outcome = Outcome<Value>.outdated
      if let passkey = known.passkey(credentialID: response.credentialID) {
        outcome = try await attempt(response, clientData, passkey, isRemembered: true, call, complete)
        if case .outdated = outcome { known.forget(credentialID: response.credentialID) }
      }
      if case .outdated = outcome {
        let passkey = try await read(response.credentialID, call)
        outcome = try await attempt(response, clientData, passkey, isRemembered: false, call, complete)
      }
      switch outcome {
      case .signedIn(let user, let value): return (user, value)
      case .disabled: throw CustomerServiceError.accountDisabled
      case .refused(let failure): throw failure
      case .outdated: throw PasskeyFailure.unknownCredential
      }
    } catch let failure as PasskeyFailure {
      call.log(failure, in: .get)
      throw CustomerServiceError.passkeyRefused
    }
  }

  private func read(_ credentialID: [UInt8], _ call: ServerCall) async throws -> KnownPasskey? {
    guard let stored = try await database.read(for: call, { try PasskeyStore.passkey(credentialID: credentialID, $0) }) else { return nil }
    let passkey = KnownPasskey(
      id: stored.id, userID: stored.userID, isBackupEligible: stored.isBackupEligible, key: try PasskeyKey(publicKey: stored.publicKey))
    known.remember(passkey, credentialID: credentialID)
    return passkey
  }

  /// - Parameter isRemembered: Whether `passkey` is from before: then what is wrong with the assertion may be wrong with that (its row may
  ///   be gone, its credential registered anew), and nothing is decided.
  private func attempt<Value: Sendable>(
    _ response: AssertionResponse, _ clientData: ClientData, _ passkey: KnownPasskey?, isRemembered: Bool, _ call: ServerCall,
    _ complete: @escaping @Sendable (User, Transaction) throws -> Value
  ) async throws -> Outcome<Value> {
    let now = time.wallMicroseconds
    let challenge: PasskeyChallenge
    do throws(PasskeyFailure) {
      // Nobody's in particular, or made for whoever has this passkey: then the options listed it (step 2).
      challenge = try challenges.open(clientData.challenge, for: .get, userIDs: passkey.map { ["", $0.userID] } ?? [""])
    } catch {
      if isRemembered { return .outdated }
      throw error
    }
    let candidate: Candidate
    do throws(PasskeyFailure) {
      candidate = try check(response, clientData, passkey, challenge)
    } catch {
      if isRemembered { return .outdated }
      let isFirst = try await database.write(for: call) { try UsedChallengeStore.use(challenge, $0) }
      return .refused(isFirst ? error : .challenge(.used))
    }
    let alarm = AuditEntry(
      .passkeyCloned, of: candidate.passkey.userID, detail: candidate.passkey.id, by: candidate.passkey.userID, call, ids: ids, now: now)
    return try await database.write(for: call) { try Self.decide(candidate, alarm, $0, complete) }
  }

  /// Everything that needs no database: steps 1 to 4, 6 to 13 and 15.
  private func check(
    _ response: AssertionResponse, _ clientData: ClientData, _ passkey: KnownPasskey?, _ challenge: PasskeyChallenge
  ) throws(PasskeyFailure) -> Candidate {
    guard let passkey else { throw .unknownCredential }
    if let handle = response.userHandle, handle != Passkey.userHandle(passkey.userID) { throw .wrongUserHandle }
    let use = try relyingParty.party.verify(response, clientData, key: passkey.key, isBackupEligible: passkey.isBackupEligible)
    return Candidate(passkey: passkey, challenge: challenge, use: use)
  }

  /// Steps 5 (once only), 14 and 16, and what the account says.
  private static func decide<Value>(
    _ candidate: Candidate, _ alarm: AuditEntry, _ transaction: Transaction, _ complete: (User, Transaction) throws -> Value
  ) throws -> Outcome<Value> {
    let passkey = candidate.passkey
    guard let state = try PasskeyStore.state(of: passkey.id, transaction),
      let user = try UserStore.user(id: passkey.userID, transaction)
    else { return .outdated }
    guard try UsedChallengeStore.use(candidate.challenge, transaction) else { return .refused(.challenge(.used)) }
    do throws(PasskeyFailure) {
      try candidate.use.check(after: state.signCount)
    } catch {
      try AuditStore.insert(alarm, transaction)
      return .refused(error)
    }
    guard user.isActive else { return .disabled }
    guard state.isOn else { return .refused(.switchedOff) }
    try PasskeyStore.record(candidate.use, of: passkey.id, at: alarm.at, transaction)
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
