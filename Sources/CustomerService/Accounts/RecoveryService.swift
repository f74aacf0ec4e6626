import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import RPC
import Storage

/// A new password for somebody who has forgotten theirs, by a code to their e-mail address.
struct RecoveryService: CSAv1.RecoveryServiceServer {
  /// Answers about an address leave at multiples of this after the call came, so that their time does not tell whether a message was sent.
  private static let beat = Duration.milliseconds(200)

  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let codes: OneTimeCodes
  let resets: ResetCodes
  let passwords: PasswordCheck
  let validity: ValidityLog
  let limits: AccountLimits

  /// POST /api/auth/send-reset-code
  func sendResetCode(_ request: CSAv1.SendResetCodeRequest, _ call: ServerCall) async throws -> CSAv1.SendResetCodeResponse {
    let begun = time.monotonic
    let email = EmailAddress.normalised(request.email)
    try limits.admitCode(to: email)
    let user = try await database.read(for: call) { try UserStore.user(email: email, $0) }
    do {
      try await resets.send(to: email, of: user, call)
    } catch CustomerServiceError.mailNotSent {
      // It is in the log. Told here, it would tell that the address has an account.
    }
    let elapsed = time.monotonic.nanoseconds - begun.nanoseconds
    let beat = Self.beat.components.attoseconds / 1_000_000_000
    try await call.sleep(for: .nanoseconds(beat - elapsed % beat))
    return .with {
      $0.message = "如果该邮箱已注册，验证码将发送至该邮箱"
      $0.email = email
    }
  }

  /// POST /api/auth/reset-password-by-email
  func resetPasswordByEmail(
    _ request: CSAv1.ResetPasswordByEmailRequest, _ call: ServerCall
  ) async throws -> CSAv1.ResetPasswordByEmailResponse {
    let email = EmailAddress.normalised(request.email)
    let binding = ResetCodes.binding(email)
    let digits = request.verificationCode
    // As in registering: checked before the hash, which is dear, used up together with the change.
    let isRight = try await database.write(for: call) {
      try CodeStore.check(digits, for: binding, by: codes, consuming: false, $0)
    }
    guard isRight, let user = try await database.read(for: call, { try UserStore.user(email: email, $0) }) else {
      call.logger.notice("reset refused: wrong code", metadata: ["peer": "\(call.peer)"])
      throw CustomerServiceError.invalidCode
    }
    let hash = try await passwords.hash(request.newPassword, for: call)
    let now = time.wallMicroseconds
    let entry = AuditEntry(.passwordReset, of: user.id, detail: "e-mail", by: user.id, call, ids: ids, now: now)
    let isDone = try await database.write(for: call) { transaction in
      guard try CodeStore.check(digits, for: binding, by: codes, consuming: true, transaction),
        var user = try UserStore.user(id: user.id, transaction), user.isActive
      else { return false }
      user.passwordHash = hash
      user.updatedAt = now
      try validity.endSignIns(of: &user, at: now, transaction)
      try UserStore.update(user, transaction)
      try AuditStore.insert(entry, transaction)
      return true
    }
    guard isDone else { throw CustomerServiceError.invalidCode }
    // Whoever has the code is the owner: wrong tries of others must not keep them out now.
    limits.trySucceeded(of: email, from: call.peer)
    return .with { $0.message = "密码重置成功" }
  }
}
