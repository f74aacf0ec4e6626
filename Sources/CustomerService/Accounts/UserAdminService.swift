import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import RPC
import Storage

/// Everybody's accounts, for administrators. Over RPC only.
struct UserAdminService: CSAAdminV1.UserAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let validity: ValidityLog
  let resets: ResetCodes

  func listUsers(_ request: CSAAdminV1.ListUsersRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListUsersResponse {
    let (total, users) = try await database.read(for: call) { transaction in
      try UserStore.users(
        keyword: request.keyword, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10), transaction)
    }
    return .with {
      $0.total = total
      $0.items = users.map { CSAv1.User($0) }
    }
  }

  func getUser(_ request: CSAAdminV1.GetUserRequest, _ call: ServerCall) async throws -> CSAv1.User {
    CSAv1.User(try await user(request.userID, call))
  }

  func setUserActive(_ request: CSAAdminV1.SetUserActiveRequest, _ call: ServerCall) async throws -> CSAv1.User {
    let action = request.isActive ? AuditAction.userEnabled : .userDisabled
    return try await change(request.userID, action, call) { user in
      user.isActive = request.isActive
      return nil
    }
  }

  func setUserRole(_ request: CSAAdminV1.SetUserRoleRequest, _ call: ServerCall) async throws -> CSAv1.User {
    try await change(request.userID, .userRoleChanged, call) { user in
      defer { user.role = request.role }
      return "\(user.role) → \(request.role)"
    }
  }

  func listUserSignIns(
    _ request: CSAAdminV1.ListUserSignInsRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListUserSignInsResponse {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let signIns = try await database.read(for: call) { transaction in
      guard try UserStore.user(id: request.userID, transaction) != nil else { throw CustomerServiceError.userNotFound }
      return try SignInStore.live(of: request.userID, now: now, transaction)
    }
    return .with { $0.items = signIns.map { CSAv1.SignIn($0, askedWith: caller.tokenID) } }
  }

  func endUserSignIns(_ request: CSAAdminV1.EndUserSignInsRequest, _ call: ServerCall) async throws -> CSAAdminV1.EndUserSignInsResponse {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.userSignInsEnded, of: request.userID, call, ids: ids, now: now)
    let ended = try await database.write(for: call) { transaction in
      guard var user = try UserStore.user(id: request.userID, transaction) else { throw CustomerServiceError.userNotFound }
      let ended = try SignInStore.liveCount(of: user.id, now: now, transaction)
      // Also where none is on the list: what is not there must not work either.
      try validity.endSignIns(of: &user, at: now, transaction)
      try UserStore.update(user, transaction)
      try AuditStore.insert(entry, transaction)
      return ended
    }
    return .with { $0.ended = ended }
  }

  func sendUserResetCode(
    _ request: CSAAdminV1.SendUserResetCodeRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.SendUserResetCodeResponse {
    let user = try await user(request.userID, call)
    guard user.isActive else { throw CustomerServiceError.accountIsDisabled }
    // Strangers are not told; an administrator would wait in vain for somebody to get this code.
    guard !PhoneAccounts.isMadeUp(user.email) else { throw CustomerServiceError.accountHasNoAddress }
    let entry = AuditEntry(.userResetCodeSent, of: user.id, call, ids: ids, now: time.wallMicroseconds)
    try await resets.send(to: user.email, of: user, noting: entry, call)
    return .with { $0.email = user.email }
  }

  private func user(_ id: String, _ call: ServerCall) async throws -> User {
    guard let user = try await database.read(for: call, { try UserStore.user(id: id, $0) }) else { throw CustomerServiceError.userNotFound }
    return user
  }

  /// - Parameter alter: Makes the change and says what the audit trail should tell of it besides the action.
  /// - Throws: `lastAdministrator` where nobody would be left to undo it.
  private func change(
    _ id: String, _ action: AuditAction, _ call: ServerCall, _ alter: @escaping @Sendable (inout User) -> String?
  ) async throws -> CSAv1.User {
    let now = time.wallMicroseconds
    let entry = AuditEntry(action, of: id, call, ids: ids, now: now)
    let user = try await database.write(for: call) { transaction in
      guard let before = try UserStore.user(id: id, transaction) else { throw CustomerServiceError.userNotFound }
      var user = before
      var entry = entry
      entry.detail = alter(&user)
      guard user != before else { return before }
      if before.isAdministrator, !user.isAdministrator, try UserStore.otherAdministrators(than: id, transaction) == 0 {
        throw CustomerServiceError.lastAdministrator
      }
      user.updatedAt = now
      try UserStore.update(user, transaction)
      try validity.follow(user, transaction)
      // A browser's session lasts for hours and a grant for months; they do not come back with the account.
      if !user.isActive {
        try BrowserSessionStore.endAll(of: id, now: now, transaction)
        try OAuthGrantStore.endAll(of: id, now: now, transaction)
        try OAuthCodeStore.endAll(of: id, now: now, transaction)
      }
      try AuditStore.insert(entry, transaction)
      return user
    }
    return CSAv1.User(user)
  }
}

extension User {
  /// Whether the account can do administration now.
  fileprivate var isAdministrator: Bool { isActive && role == Role.admin }
}
