import CustomerServiceAPI
import Delivery
import Identity
import Platform
import RPC
import Storage

/// Signing in and signing up with an e-mail address and a password (chapters 1.1 to 1.4 of the document).
struct AuthService: CSAv1.AuthServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let codes: OneTimeCodes
  let passwords: PasswordCheck
  let authentication: PasswordAuthentication
  let signIns: SignIns
  let mail: any MessageSender
  let limits: AccountLimits

  /// POST /api/auth/send-code
  func sendCode(_ request: CSAv1.SendCodeRequest, _ call: ServerCall) async throws -> CSAv1.SendCodeResponse {
    let email = EmailAddress.normalised(request.email)
    try limits.admitCode(to: email)
    let binding = Self.binding(email)
    let (digits, stored) = codes.make(for: binding)
    let now = time.wallMicroseconds
    try await database.write(for: call) { try CodeStore.replace(stored, for: binding, now: now, $0) }
    do {
      try await mail.send(
        OutgoingMessage(
          channel: .email, to: email, purpose: "register", code: digits,
          text: "您的验证码是 \(digits)，10分钟内有效。如非本人操作，请忽略本邮件。"))
    } catch {
      // A code that nobody received must not stay behind, or it would have ended an older one for nothing.
      call.logger.error("the code could not be sent", metadata: ["error": "\(error)"])
      try await database.write(for: call) { try CodeStore.delete(binding, $0) }
      throw CustomerServiceError.mailNotSent
    }
    return .with {
      $0.message = "验证码已发送"
      $0.email = email
    }
  }

  /// POST /api/auth/register
  func register(_ request: CSAv1.RegisterRequest, _ call: ServerCall) async throws -> CSAv1.User {
    let email = EmailAddress.normalised(request.email)
    let binding = Self.binding(email)
    // Checked before the hash, which is dear, and used up only together with the account that it makes: of two callers with
    // one code one wins, and a hash that could not be made costs nobody a code.
    try await check(request.verificationCode, binding, email, call)
    let hash = try await passwords.hash(request.password, for: call)
    let user = User(
      id: ids.next(), email: email, passwordHash: hash, role: User.Role.user, isActive: true, tokenEpoch: 0,
      createdAt: time.wallMicroseconds)
    let isMade = try await database.write(for: call) { transaction in
      guard try CodeStore.check(request.verificationCode, for: binding, by: codes, consuming: true, transaction) else { return false }
      guard try UserStore.user(email: email, transaction) == nil else { throw CustomerServiceError.emailTaken }
      try UserStore.insert(user, transaction)
      return true
    }
    guard isMade else { throw CustomerServiceError.invalidCode }
    return CSAv1.User(user)
  }

  /// POST /api/auth/login
  func login(_ request: CSAv1.LoginRequest, _ call: ServerCall) async throws -> CSAv1.LoginResponse {
    let token = try await signIn(email: request.email, password: request.password, call)
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
    }
  }

  /// POST /api/auth/token
  func token(_ request: CSAv1.TokenRequest, _ call: ServerCall) async throws -> CSAv1.TokenResponse {
    let token = try await signIn(email: request.username, password: request.password, call)
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
    }
  }

  private static func binding(_ email: String) -> CodeBinding {
    CodeBinding(channel: "email", address: email, purpose: "register")
  }

  /// - Throws: `invalidCode`, and only for whoever has the code `emailTaken`.
  private func check(_ digits: String, _ binding: CodeBinding, _ email: String, _ call: ServerCall) async throws {
    let isTaken = try await database.write(for: call) { transaction -> Bool? in
      guard try CodeStore.check(digits, for: binding, by: codes, consuming: false, transaction) else { return nil }
      return try UserStore.user(email: email, transaction) != nil
    }
    switch isTaken {
    case nil: throw CustomerServiceError.invalidCode
    case true?: throw CustomerServiceError.emailTaken
    case false?: return
    }
  }

  private func signIn(email: String, password: String, _ call: ServerCall) async throws -> IssuedToken {
    let user = try await authentication.user(email: email, password: password, call)
    return try await signIns.begin(user, by: .password, call)
  }
}
