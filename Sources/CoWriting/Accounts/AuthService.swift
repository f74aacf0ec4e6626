import ApplicationSupport
import CoWritingAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// Registration, sign-in and sign-out (chapter 用户认证接口 of the document).
struct AuthService: CoWritingV1.AuthServiceServer {
  let database: Database
  let time: any TimeSource
  let tokens: AccessTokenSigner
  let lifetimes: TokenLifetimes
  let passwords: PasswordCheck
  let validity: ValidityLog
  let tries: PasswordTries

  /// POST /api/v1/auth/login
  func login(_ request: CoWritingV1.LoginRequest, _ call: ServerCall) async throws -> CoWritingV1.LoginResponse {
    let key = User.key(of: request.username)
    let known = try await database.read(for: call) { transaction in
      try UserStore.anyUser(login: key, transaction)
    }
    // By the account's own name where it is known: its address is no second set of tries.
    try tries.admit(known.map { User.key(of: $0.username) } ?? key)
    guard try await passwords.verify(request.password, against: known?.passwordHash, for: call), let known, known.deletedAt == nil
    else {
      call.logger.notice("login refused", metadata: ["peer": "\(call.peer)"])
      throw CoWritingError.invalidCredentials
    }
    let now = time.wallMicroseconds
    let user = try await database.write(for: call) { transaction in
      // What has changed since the password was checked counts.
      guard let user = try UserStore.user(id: known.id, transaction), user.passwordHash == known.passwordHash else {
        throw CoWritingError.invalidCredentials
      }
      guard user.isActive else { throw CoWritingError.accountDisabled }
      try UserStore.setLastLogin(user.id, at: now, transaction)
      return user
    }
    let token = issue(for: user, isRemembered: request.rememberMe)
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
      $0.user = CoWritingV1.LoginUser(user)
    }
  }

  /// POST /api/v1/auth/register
  func register(_ request: CoWritingV1.RegisterRequest, _ call: ServerCall) async throws -> CoWritingV1.RegisterResponse {
    let now = time.wallMicroseconds
    var user = User(
      username: request.username, email: EmailAddress.normalised(request.email), passwordHash: "",
      fullName: request.fullName?.nilIfEmpty, phone: request.phone?.nilIfEmpty, createdAt: now,
      updatedAt: now)
    // Looked at before the hash, which is dear, and again beside the row, where of two one wins.
    try await database.read(for: call) { [user] in try Self.requireFree(user, $0) }
    user.passwordHash = try await passwords.hash(request.password, for: call)
    user.id = try await database.write(for: call) { [user] transaction in
      try Self.requireFree(user, transaction)
      return try UserStore.insert(user, transaction)
    }
    return CoWritingV1.RegisterResponse(user)
  }

  /// Names and addresses are one set, because either signs in: a name that is somebody's address would take their place.
  private static func requireFree(_ user: User, _ transaction: ReadTransaction) throws {
    guard try UserStore.anyUser(login: User.key(of: user.username), transaction) == nil else { throw CoWritingError.usernameTaken }
    guard try UserStore.anyUser(login: user.email, transaction) == nil else { throw CoWritingError.emailTaken }
  }

  /// POST /api/v1/auth/logout
  func logout(_ request: CoWritingV1.LogoutRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let token = try token(of: call)
    try await database.write(for: call) { transaction in
      _ = try TokenHolder.user(of: token, transaction)
      try validity.revoke(tokenID: token.tokenID, expiresAt: token.expiresAt, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// GET /api/v1/auth/me
  func getMe(_ request: CoWritingV1.GetMeRequest, _ call: ServerCall) async throws -> CoWritingV1.CurrentUser {
    let id = try call.callerID()
    let user = try await database.read(for: call) { try UserStore.user(id: id, $0) }
    guard let user else { throw CoWritingError.unauthorized }
    return CoWritingV1.CurrentUser(user)
  }

  /// POST /api/v1/auth/refresh
  func refreshToken(_ request: CoWritingV1.RefreshTokenRequest, _ call: ServerCall) async throws -> CoWritingV1.RefreshTokenResponse {
    let old = try token(of: call)
    let user = try await database.write(for: call) { transaction in
      let user = try TokenHolder.user(of: old, transaction)
      try validity.revoke(tokenID: old.tokenID, expiresAt: old.expiresAt, transaction)
      return user
    }
    // A token that was to last longer begets one that does.
    let token = issue(for: user, isRemembered: old.expiresAt - old.issuedAt > lifetimes.usual.components.seconds)
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
    }
  }

  /// PUT /api/v1/auth/password
  func changePassword(_ request: CoWritingV1.ChangePasswordRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let token = try token(of: call)
    let user = try await database.read(for: call) { try TokenHolder.user(of: token, $0) }
    try tries.admit(User.key(of: user.username))
    guard try await passwords.verify(request.currentPassword, against: user.passwordHash, for: call) else {
      throw CoWritingError.wrongPassword
    }
    let hash = try await passwords.hash(request.newPassword, for: call)
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      var changed = try TokenHolder.user(of: token, transaction)
      guard changed.passwordHash == user.passwordHash else { throw CoWritingError.wrongPassword }
      changed.passwordHash = hash
      // Every other token ends: whoever changed the password goes on.
      changed.tokenEpoch += 1
      changed.sparedTokenID = token.tokenID
      changed.updatedAt = now
      try UserStore.update(changed, transaction)
      try validity.follow(changed, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// What the caller's token says.
  private func token(of call: ServerCall) throws -> AccessClaims {
    guard let text = call.bearerToken, let token = try? tokens.verify(text) else { throw CoWritingError.unauthorized }
    return token
  }

  private func issue(for user: User, isRemembered: Bool) -> IssuedToken {
    tokens.issue(
      subject: user.subject, role: user.role, epoch: user.tokenEpoch, lifetime: isRemembered ? lifetimes.remembered : lifetimes.usual)
  }
}

extension ServerCall {
  /// The caller's account.
  func callerID() throws -> Int64 {
    guard let id = Int64(try caller().id) else { throw CoWritingError.unauthorized }
    return id
  }
}
