import ApplicationSupport
import CustomerServiceAPI
import Delivery
import Identity
import Platform
import RPC
import Storage

/// Signing in and signing up with an e-mail address and a password, or by text message (chapters 1.1 to 1.4 and 1.2.1 to 1.2.5 of the
/// document).
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
  let phones: PhoneAccounts

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
    let entry = AuditEntry(.registered, of: user.id, by: user.id, call, ids: ids, now: user.createdAt)
    let isMade = try await database.write(for: call) { transaction in
      guard try CodeStore.check(request.verificationCode, for: binding, by: codes, consuming: true, transaction) else { return false }
      guard try UserStore.user(email: email, transaction) == nil else { throw CustomerServiceError.emailTaken }
      try UserStore.insert(user, transaction)
      try AuditStore.insert(entry, transaction)
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

  /// POST /api/auth/send-sms-code
  func sendSmsCode(_ request: CSAv1.SendSmsCodeRequest, _ call: ServerCall) async throws -> CSAv1.SendSmsCodeResponse {
    try await phones.codes.send(to: request.phoneNumber, call)
    return .with {
      $0.message = "短信验证码已发送"
      $0.phoneNumber = request.phoneNumber
    }
  }

  /// POST /api/auth/login-by-sms
  func loginBySms(_ request: CSAv1.LoginBySmsRequest, _ call: ServerCall) async throws -> CSAv1.LoginBySmsResponse {
    let user = try await phones.account(of: request.phoneNumber, code: request.verificationCode, call)
    let token = try await signIns.begin(user, by: .sms, call)
    return .with {
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
      $0.user = CSAv1.SmsUser(user)
    }
  }

  /// POST /api/auth/bind-phone
  func bindPhone(_ request: CSAv1.BindPhoneRequest, _ call: ServerCall) async throws -> CSAv1.BindPhoneResponse {
    let caller = try call.caller()
    try await phones.bind(request.phoneNumber, code: request.verificationCode, to: caller.id, as: .phoneBound, call)
    return .with {
      $0.message = "手机号绑定成功"
      $0.phoneNumber = request.phoneNumber
    }
  }

  /// POST /api/auth/change-phone
  func changePhone(_ request: CSAv1.ChangePhoneRequest, _ call: ServerCall) async throws -> CSAv1.ChangePhoneResponse {
    let caller = try call.caller()
    try await phones.bind(request.newPhoneNumber, code: request.verificationCode, to: caller.id, as: .phoneChanged, call)
    return .with {
      $0.message = "手机号码修改成功"
      $0.phoneNumber = request.newPhoneNumber
    }
  }

  /// POST /api/auth/reset-password-by-sms
  func resetPasswordBySms(
    _ request: CSAv1.ResetPasswordBySmsRequest, _ call: ServerCall
  ) async throws -> CSAv1.ResetPasswordBySmsResponse {
    let user = try await phones.resetPassword(
      of: request.phoneNumber, code: request.verificationCode, to: request.newPassword, call)
    // Whoever was kept out by somebody's guesses is let in with the new password.
    limits.trySucceeded(of: user.email, from: call.peer)
    return .with { $0.message = "密码重置成功" }
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
