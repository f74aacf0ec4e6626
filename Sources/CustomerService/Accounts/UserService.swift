import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// The caller's own account (chapters 1.5 to 1.7 of the document), and where it is signed in.
struct UserService: CSAv1.UserServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let passwords: PasswordCheck
  let validity: ValidityLog
  let limits: AccountLimits

  /// GET /api/auth/me
  /// GET /api/users/me
  func getMe(_ request: CSAv1.GetMeRequest, _ call: ServerCall) async throws -> CSAv1.User {
    CSAv1.User(try await me(call))
  }

  /// PATCH /api/users/me
  func updateMe(_ request: CSAv1.UpdateMeRequest, _ call: ServerCall) async throws -> CSAv1.User {
    let caller = try call.caller()
    let changes = Self.changes(request)
    guard !changes.isEmpty else { throw CustomerServiceError.nothingToUpdate }
    let now = time.wallMicroseconds
    let user = try await database.write(for: call) { transaction in
      guard var user = try UserStore.user(id: caller.id, transaction) else { throw CustomerServiceError.invalidToken }
      for (field, value) in changes { _ = user.set(field, to: value) }
      user.updatedAt = now
      try UserStore.update(user, transaction)
      return user
    }
    return CSAv1.User(user)
  }

  /// POST /api/users/me/change-password
  func changePassword(_ request: CSAv1.ChangePasswordRequest, _ call: ServerCall) async throws -> CSAv1.ChangePasswordResponse {
    let before = try await me(call)
    // A stolen token must not become a way to guess the password.
    try limits.admitTry(of: before.email, from: call.peer)
    guard try await passwords.verify(request.oldPassword, against: before.passwordHash, for: call) else {
      throw CustomerServiceError.wrongOldPassword
    }
    limits.trySucceeded(of: before.email, from: call.peer)
    // Bytes, not characters: two spellings of one letter are two passwords.
    guard !request.oldPassword.utf8.elementsEqual(request.newPassword.utf8) else { throw CustomerServiceError.samePassword }
    let hash = try await passwords.hash(request.newPassword, for: call)
    let now = time.wallMicroseconds
    let entry = AuditEntry(.passwordChanged, of: before.id, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      // Another change may have come between the check and here; then the old password was not the current one any more.
      guard var user = try UserStore.user(id: before.id, transaction), user.passwordHash == before.passwordHash else {
        throw CustomerServiceError.wrongOldPassword
      }
      user.passwordHash = hash
      user.updatedAt = now
      try validity.endSignIns(of: &user, at: now, transaction)
      try UserStore.update(user, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return .with { $0.message = "密码修改成功" }
  }

  /// GET /api/users/me/sign-ins
  func listSignIns(_ request: CSAv1.ListSignInsRequest, _ call: ServerCall) async throws -> CSAv1.ListSignInsResponse {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let signIns = try await database.read(for: call) { try SignInStore.live(of: caller.id, now: now, $0) }
    return .with { $0.items = signIns.map { CSAv1.SignIn($0, askedWith: caller.tokenID) } }
  }

  /// DELETE /api/users/me/sign-ins/{sign_in_id}
  func endSignIn(_ request: CSAv1.EndSignInRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let entry = AuditEntry(.signInEnded, of: request.signInID, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      guard let signIn = try SignInStore.live(request.signInID, now: now, transaction) else { throw CustomerServiceError.signInNotFound }
      guard signIn.userID == caller.id else { throw CustomerServiceError.foreignSignIn }
      try validity.end(signIn, at: now, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// POST /api/users/me/sign-ins/end-others
  func endOtherSignIns(_ request: CSAv1.EndOtherSignInsRequest, _ call: ServerCall) async throws -> CSAv1.EndOtherSignInsResponse {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let entry = AuditEntry(.otherSignInsEnded, of: caller.id, call, ids: ids, now: now)
    let ended = try await database.write(for: call) { transaction in
      var ended: Int64 = 0
      while case let others = try SignInStore.live(of: caller.id, now: now, transaction).filter({ $0.tokenID != caller.tokenID }),
        !others.isEmpty
      {
        for signIn in others { try validity.end(signIn, at: now, transaction) }
        ended += Int64(others.count)
      }
      if ended > 0 { try AuditStore.insert(entry, transaction) }
      return ended
    }
    return .with { $0.ended = ended }
  }

  private func me(_ call: ServerCall) async throws -> User {
    let caller = try call.caller()
    guard let user = try await database.read(for: call, { try UserStore.user(id: caller.id, $0) }) else {
      throw CustomerServiceError.invalidToken
    }
    return user
  }

  /// What to change to what. A path of the mask that is no field of ours is ignored, as unknown keys are; without a mask, which
  /// only RPC callers can leave out, whatever is set is meant.
  private static func changes(_ request: CSAv1.UpdateMeRequest) -> [(field: String, value: String?)] {
    let given: [(field: String, value: String?)] = [
      ("full_name", request.fullName), ("phone_number", request.phoneNumber), ("avatar_url", request.avatarURL), ("bio", request.bio),
    ]
    guard let mask = request.updateMask else { return given.filter { $0.value != nil } }
    return given.filter { mask.paths.contains($0.field) }
  }
}
