import CustomerServiceAPI
import Identity
import Platform
import RPC
import Storage

/// Everybody's accounts, for administrators. Over RPC only.
struct UserAdminService: CSAAdminV1.UserAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let validity: ValidityLog

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

  func setUserActive(_ request: CSAAdminV1.SetUserActiveRequest, _ call: ServerCall) async throws -> CSAv1.User {
    try await change(request.userID, call) { $0.isActive = request.isActive }
  }

  func setUserRole(_ request: CSAAdminV1.SetUserRoleRequest, _ call: ServerCall) async throws -> CSAv1.User {
    try await change(request.userID, call) { $0.role = request.role }
  }

  /// - Throws: `lastAdministrator` where nobody would be left to undo it.
  private func change(
    _ id: String, _ call: ServerCall, _ alter: @escaping @Sendable (inout User) -> Void
  ) async throws -> CSAv1.User {
    let now = time.wallMicroseconds
    let user = try await database.write(for: call) { transaction in
      guard let before = try UserStore.user(id: id, transaction) else { throw CustomerServiceError.userNotFound }
      var user = before
      alter(&user)
      guard user != before else { return before }
      if before.isAdministrator, !user.isAdministrator, try UserStore.otherAdministrators(than: id, transaction) == 0 {
        throw CustomerServiceError.lastAdministrator
      }
      user.updatedAt = now
      try UserStore.update(user, transaction)
      try validity.follow(user, transaction)
      return user
    }
    return CSAv1.User(user)
  }
}

extension User {
  /// Whether the account can do administration now.
  fileprivate var isAdministrator: Bool { isActive && role == Role.admin }
}
