import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// Passkeys (chapters 1.3.1 to 1.3.9 of the document).
struct PasskeyService: CSAv1.PasskeyServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let challenges: PasskeyChallenges
  let relyingParty: CurrentRelyingParty
  let signIn: PasskeySignIn
  let signIns: SignIns
  let decoys: PasskeyDecoys

  /// How long a token lasts that a passkey was shown for (1.3.4).
  static let tokenLifetime = Duration.seconds(600)
  /// For how long the document has browsers wait, in milliseconds.
  private static let timeout: Int32 = 60_000
  private static let userVerification = "preferred"

  /// GET /api/passkey/registration-options
  func getRegistrationOptions(
    _ request: CSAv1.GetRegistrationOptionsRequest, _ call: ServerCall
  ) async throws -> CSAv1.GetRegistrationOptionsResponse {
    let caller = try call.caller()
    let (user, passkeys) = try await database.read(for: call) { transaction in
      (try UserStore.user(id: caller.id, transaction), try PasskeyStore.passkeys(of: caller.id, transaction))
    }
    guard let user else { throw CustomerServiceError.invalidToken }
    let party = relyingParty.party
    return .with {
      $0.challenge = Base64URL.encode(challenges.make(for: .create, userID: user.id))
      $0.rp = .with {
        $0.id = party.id
        $0.name = party.name
      }
      $0.user = .with {
        $0.id = Base64URL.encode(Passkey.userHandle(user.id))
        $0.name = user.email
        $0.displayName = user.email
      }
      $0.pubKeyCredParams = COSEAlgorithm.allCases.map { algorithm in
        .with {
          $0.type = "public-key"
          $0.alg = Int32(algorithm.rawValue)
        }
      }
      $0.timeout = Self.timeout
      $0.excludeCredentials = passkeys.map { .init(credentialID: $0.credentialID) }
      $0.authenticatorSelection = .with {
        $0.authenticatorAttachment = "cross-platform"
        $0.requireResidentKey = false
        $0.userVerification = Self.userVerification
      }
    }
  }

  /// POST /api/passkey/register
  func registerPasskey(_ request: CSAv1.RegisterPasskeyRequest, _ call: ServerCall) async throws -> CSAv1.RegisterPasskeyResponse {
    let caller = try call.caller()
    do {
      let response = try AttestationResponse(request)
      let clientData = try ClientData(response.clientDataJSON, of: .create)
      let challenge = try challenges.open(clientData.challenge, for: .create, userIDs: [caller.id])
      let verified = Result { () throws(PasskeyFailure) in try relyingParty.party.verify(response, clientData) }
      let passkey = try await keep(verified, challenge, request, call)
      return .with {
        $0.message = "通行密钥注册成功"
        $0.credential = .init(passkey)
      }
    } catch let failure as PasskeyFailure {
      call.log(failure, in: .create)
      throw CustomerServiceError.passkeyNotRegistered
    }
  }

  /// Uses the challenge up, whatever was found out, and keeps the passkey if nothing speaks against it (steps 22 and 24).
  private func keep(
    _ verified: Result<NewPasskey, PasskeyFailure>, _ challenge: PasskeyChallenge, _ request: CSAv1.RegisterPasskeyRequest,
    _ call: ServerCall
  ) async throws -> Passkey {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let id = ids.next()
    let entry = AuditEntry(.passkeyRegistered, of: caller.id, detail: id, call, ids: ids, now: now)
    let transports = request.transports.isEmpty ? request.response?.transports ?? [] : request.transports
    // An error thrown inside would take back that the challenge is used.
    let kept = try await database.write(for: call) { transaction -> Result<Passkey, any Error> in
      guard try UsedChallengeStore.use(challenge, transaction) else { return .failure(PasskeyFailure.challenge(.used)) }
      let new: NewPasskey
      switch verified {
      case .success(let value): new = value
      case .failure(let failure): return .failure(failure)
      }
      guard try PasskeyStore.count(of: caller.id, transaction) < Passkey.countMax else {
        return .failure(CustomerServiceError.tooManyPasskeys)
      }
      let nickname = request.nickname?.nilIfEmpty
      let passkey = Passkey(new, id: id, userID: caller.id, nickname: nickname, transports: transports, createdAt: now)
      guard try PasskeyStore.insert(passkey, transaction) else { return .failure(PasskeyFailure.credentialTaken) }
      try AuditStore.insert(entry, transaction)
      return .success(passkey)
    }
    return try kept.get()
  }

  /// GET /api/passkey/authentication-options
  func getAuthenticationOptions(
    _ request: CSAv1.GetAuthenticationOptionsRequest, _ call: ServerCall
  ) async throws -> CSAv1.GetAuthenticationOptionsResponse {
    var userID = ""
    var credentialIDs: [[UInt8]] = []
    if let address = request.email, !address.isEmpty {
      let email = EmailAddress.normalised(address)
      // Whoever has no passkey looks like somebody who has one (section 14.6.2 of the standard), and whoever is nobody costs as much.
      (userID, credentialIDs) = try await database.read(for: call) { [decoys] transaction in
        let userID = try UserStore.user(email: email, transaction)?.id ?? decoys.userID(email)
        return (userID, try PasskeyStore.passkeys(of: userID, transaction).map(\.credentialID))
      }
      let decoy = decoys.credentialID(email)
      if credentialIDs.isEmpty { credentialIDs = [decoy] }
    }
    let challenge = challenges.make(for: .get, userID: userID)
    return .with {
      $0.challenge = Base64URL.encode(challenge)
      $0.timeout = Self.timeout
      $0.rpID = relyingParty.party.id
      $0.allowCredentials = credentialIDs.map { .init(credentialID: $0) }
      $0.userVerification = Self.userVerification
    }
  }

  /// POST /api/passkey/authenticate
  func authenticatePasskey(
    _ request: CSAv1.AuthenticatePasskeyRequest, _ call: ServerCall
  ) async throws -> CSAv1.AuthenticatePasskeyResponse {
    let response: AssertionResponse
    do {
      response = try AssertionResponse(request)
    } catch let failure as PasskeyFailure {
      call.log(failure, in: .get)
      throw CustomerServiceError.passkeyRefused
    }
    let draft = signIns.draft(by: .passkey, call)
    let (user, token) = try await signIn.verify(response, call) { [signIns] user, transaction in
      try signIns.begin(user, draft, lifetime: Self.tokenLifetime, transaction)
    }
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
      $0.user = .init(user)
    }
  }

  /// GET /api/passkey/credentials
  func listPasskeys(_ request: CSAv1.ListPasskeysRequest, _ call: ServerCall) async throws -> CSAv1.ListPasskeysResponse {
    let caller = try call.caller()
    let passkeys = try await database.read(for: call) { try PasskeyStore.passkeys(of: caller.id, $0) }
    return .with { $0.credentials = passkeys.map { .init($0) } }
  }

  /// PUT /api/passkey/credentials/{credential_id}/nickname
  func updatePasskeyNickname(
    _ request: CSAv1.UpdatePasskeyNicknameRequest, _ call: ServerCall
  ) async throws -> CSAv1.UpdatePasskeyNicknameResponse {
    let passkey = try await change(request.credentialID, .passkeyRenamed, call) { passkey, transaction in
      passkey.nickname = request.nickname
      try PasskeyStore.rename(passkey.id, request.nickname, transaction)
    }
    return .with {
      $0.message = "通行密钥昵称已更新"
      $0.credential = .init(passkey)
    }
  }

  /// PUT /api/passkey/credentials/{credential_id}/primary
  func setPrimaryPasskey(_ request: CSAv1.SetPrimaryPasskeyRequest, _ call: ServerCall) async throws -> CSAv1.SetPrimaryPasskeyResponse {
    let passkey = try await change(request.credentialID, .passkeyMadePrimary, call) { passkey, transaction in
      passkey.isPrimary = true
      try PasskeyStore.setPrimary(passkey.id, of: passkey.userID, transaction)
    }
    return .with {
      $0.message = "主通行密钥已设置"
      $0.credential = .init(passkey)
    }
  }

  /// DELETE /api/passkey/credentials/{credential_id}
  func deletePasskey(_ request: CSAv1.DeletePasskeyRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    _ = try await change(request.credentialID, .passkeyDeleted, call) { passkey, transaction in
      try PasskeyStore.delete(passkey.id, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// PUT /api/passkey/toggle
  func togglePasskeys(_ request: CSAv1.TogglePasskeysRequest, _ call: ServerCall) async throws -> CSAv1.TogglePasskeysResponse {
    let caller = try call.caller()
    let isOn = request.enabled ?? false
    let entry = AuditEntry(isOn ? .passkeysSwitchedOn : .passkeysSwitchedOff, of: caller.id, call, ids: ids, now: time.wallMicroseconds)
    try await database.write(for: call) { transaction in
      guard try UserStore.user(id: caller.id, transaction) != nil else { throw CustomerServiceError.invalidToken }
      guard try PasskeyStore.isOn(for: caller.id, transaction) != isOn else { return }
      try PasskeyStore.set(on: isOn, for: caller.id, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return .with {
      $0.message = isOn ? "通行密钥登录已启用" : "通行密钥登录已禁用"
      $0.enabled = isOn
    }
  }

  /// Changes one of the caller's passkeys, and says so in the audit trail.
  ///
  /// - Parameter name: Its id or its credential id.
  private func change(
    _ name: String, _ action: AuditAction, _ call: ServerCall, _ body: @escaping @Sendable (inout Passkey, Transaction) throws -> Void
  ) async throws -> Passkey {
    let caller = try call.caller()
    let entry = AuditEntry(action, of: caller.id, call, ids: ids, now: time.wallMicroseconds)
    return try await database.write(for: call) { [entry] transaction in
      var entry = entry
      guard var passkey = try Self.find(name, transaction) else { throw CustomerServiceError.passkeyNotFound }
      try passkey.require(owner: caller.id)
      try body(&passkey, transaction)
      entry.detail = passkey.id
      try AuditStore.insert(entry, transaction)
      return passkey
    }
  }

  /// An id of ours comes first: nobody can make a credential id that hides one.
  private static func find(_ name: String, _ transaction: ReadTransaction) throws -> Passkey? {
    if ObjectIDGenerator.isValid(name), let passkey = try PasskeyStore.passkey(id: name, transaction) { return passkey }
    return try Base64URL.decode(anyForm: name).flatMap { try PasskeyStore.passkey(credentialID: $0, transaction) }
  }
}
