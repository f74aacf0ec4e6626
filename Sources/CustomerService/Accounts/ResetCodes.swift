import Delivery
import Identity
import Platform
import RPC
import Storage

/// Codes that an account's e-mail address gets for setting a new password.
struct ResetCodes: Sendable {
  let database: Database
  let codes: OneTimeCodes
  let mail: any MessageSender
  let time: any TimeSource

  /// What such a code is bound to.
  static func binding(_ email: String) -> CodeBinding { CodeBinding(channel: "email", address: email, purpose: "reset") }

  /// Makes a code for an address, in place of an older one, and sends it if `user` may have it.
  ///
  /// - Parameters:
  ///   - email: In lower case.
  ///   - user: Whose address it is; for nobody's, a disabled account's and an address that we made up a code is stored that nobody learns, so that neither the work
  ///     now nor a try later tells whether there is one.
  ///   - entry: For the audit trail, if there is something to tell.
  /// - Throws: `mailNotSent`, and only where there was somebody to send to.
  func send(to email: String, of user: User?, noting entry: AuditEntry? = nil, _ call: ServerCall) async throws {
    let binding = Self.binding(email)
    let (digits, stored) = codes.make(for: binding)
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      try CodeStore.replace(stored, for: binding, now: now, transaction)
      if let entry { try AuditStore.insert(entry, transaction) }
    }
    guard let user, user.isActive, !PhoneAccounts.isMadeUp(email) else { return }
    do {
      try await mail.send(
        OutgoingMessage(
          channel: .email, to: email, purpose: "reset", code: digits, subject: "重置密码",
          text: "您正在重置密码，验证码是 \(digits)，10分钟内有效。如非本人操作，请忽略本邮件，您的密码不会改变。"))
    } catch {
      call.logger.error("the code could not be sent", metadata: ["error": "\(error)"])
      try await database.write(for: call) { try CodeStore.delete(binding, $0) }
      throw CustomerServiceError.mailNotSent
    }
  }
}
