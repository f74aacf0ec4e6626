import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Accounts and their preferences (chapter 用户管理接口 of the document): one's own; an administrator's, everybody's.
///
/// Somebody else's account is answered like nobody's: ids count upwards, and whoever asks for the next one learns nothing.
struct UserService: CoWritingV1.UserServiceServer {
  let database: Database
  let time: any TimeSource
  let validity: ValidityLog

  /// GET /api/v1/users
  func listUsers(_ request: CoWritingV1.ListUsersRequest, _ call: ServerCall) async throws -> CoWritingV1.ListUsersResponse {
    let list = UserList(request)
    let (total, users) = try await database.read(for: call) { try list.read($0) }
    return CoWritingV1.ListUsersResponse(users.map { CoWritingV1.UserItem($0) }, total: total, list.query.page)
  }

  /// GET /api/v1/users/{user_id}
  func getUser(_ request: CoWritingV1.GetUserRequest, _ call: ServerCall) async throws -> CoWritingV1.GetUserResponse {
    let id = try reached(request.userID, call)
    let user = try await database.read(for: call) { try UserList.user(id: id, $0) }
    guard let user else { throw CoWritingError.notFound(.user) }
    return CoWritingV1.GetUserResponse(user)
  }

  /// PUT /api/v1/users/{user_id}
  func updateUser(_ request: CoWritingV1.UpdateUserRequest, _ call: ServerCall) async throws -> CoWritingV1.UpdateUserResponse {
    let id = try reached(request.userID, call)
    let now = time.wallMicroseconds
    let user = try await database.write(for: call) { transaction in
      guard var user = try UserStore.user(id: id, transaction) else { throw CoWritingError.notFound(.user) }
      // An empty text takes away what was there.
      if let fullName = request.fullName { user.fullName = fullName.nilIfEmpty }
      if let phone = request.phone { user.phone = phone.nilIfEmpty }
      if let avatarURL = request.avatarURL { user.avatarURL = avatarURL.nilIfEmpty }
      user.updatedAt = now
      try UserStore.update(user, transaction)
      return user
    }
    return CoWritingV1.UpdateUserResponse(user)
  }

  /// DELETE /api/v1/users/{user_id}
  func deleteUser(_ request: CoWritingV1.DeleteUserRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let now = time.wallMicroseconds
    try await change(request.userID, call) { user in
      user.deletedAt = now
      // Its tokens are nobody's: 401, where a disabled account's are told so.
      user.endTokens()
    }
    try note("account deleted", request.userID, call)
    return GoogleProtobuf.Empty()
  }

  /// GET /api/v1/users/{user_id}/preferences
  func getPreferences(_ request: CoWritingV1.GetPreferencesRequest, _ call: ServerCall) async throws -> CoWritingV1.Preferences {
    let id = try reached(request.userID, call)
    let preferences = try await database.read(for: call) { transaction in
      guard try UserStore.user(id: id, transaction) != nil else { throw CoWritingError.notFound(.user) }
      return try PreferencesStore.preferences(of: id, transaction)
    }
    return CoWritingV1.Preferences(preferences)
  }

  /// PUT /api/v1/users/{user_id}/preferences
  func updatePreferences(_ request: CoWritingV1.UpdatePreferencesRequest, _ call: ServerCall) async throws -> CoWritingV1.Preferences {
    let id = try reached(request.userID, call)
    let preferences = try await database.write(for: call) { transaction in
      guard try UserStore.user(id: id, transaction) != nil else { throw CoWritingError.notFound(.user) }
      var preferences = try PreferencesStore.preferences(of: id, transaction)
      preferences.take(request)
      try PreferencesStore.set(preferences, of: id, transaction)
      return preferences
    }
    return CoWritingV1.Preferences(preferences)
  }

  func setUserRole(_ request: CoWritingV1.SetUserRoleRequest, _ call: ServerCall) async throws -> CoWritingV1.GetUserResponse {
    let user = try await change(request.userID, call) { $0.role = request.role }
    try note("account made \(request.role)", request.userID, call)
    return CoWritingV1.GetUserResponse(user)
  }

  func setUserActive(_ request: CoWritingV1.SetUserActiveRequest, _ call: ServerCall) async throws -> CoWritingV1.GetUserResponse {
    let user = try await change(request.userID, call) { user in
      // Tokens that were given out before do not come back with the account: they would hold for days.
      if request.isActive, !user.isActive { user.endTokens() }
      user.isActive = request.isActive
    }
    try note(request.isActive ? "account enabled" : "account disabled", request.userID, call)
    return CoWritingV1.GetUserResponse(user)
  }

  /// - Throws: `notFound` for an account that is not the caller's, unless an administrator asks.
  private func reached(_ id: Int64, _ call: ServerCall) throws -> Int64 {
    guard try call.owners().contains(id) else { throw CoWritingError.notFound(.user) }
    return id
  }

  /// Says in the log who did what to whom.
  private func note(_ act: String, _ id: Int64, _ call: ServerCall) throws {
    let caller = try call.callerID()
    call.logger.notice("\(act)", metadata: ["account": "\(id)", "by": "\(caller)"])
  }

  /// Changes what an account may do; it holds for its tokens from the answer on.
  ///
  /// - Returns: The account as it is now.
  /// - Throws: `lastAdministrator` where nobody would be left to undo it.
  @discardableResult
  private func change(_ id: Int64, _ call: ServerCall, _ alter: @escaping @Sendable (inout User) -> Void) async throws -> CountedUser {
    let now = time.wallMicroseconds
    return try await database.write(for: call) { transaction in
      guard let before = try UserList.user(id: id, transaction) else { throw CoWritingError.notFound(.user) }
      var after = before
      alter(&after.user)
      guard after.user != before.user else { return before }
      if before.user.isAdministrator, !after.user.isAdministrator, try UserStore.otherAdministrators(than: id, transaction) == 0 {
        throw CoWritingError.lastAdministrator
      }
      after.user.updatedAt = now
      try UserStore.update(after.user, transaction)
      try validity.follow(after.user, transaction)
      return after
    }
  }
}
