import ApplicationSupport
import Identity
import RPC
import Storage

/// Finds out whose address and password these are, the same way for programs and for pages.
struct PasswordAuthentication: Sendable {
  let database: Database
  let passwords: PasswordCheck
  let limits: AccountLimits

  /// An unknown address costs the same time and gets the same answer.
  ///
  /// - Returns: An active account.
  /// - Throws: `wrongCredentials`, `tooManyRequests`, `accountDisabled`; the last only after the right password, or anybody could ask which
  ///   accounts exist.
  func user(email: String, password: String, _ call: ServerCall) async throws -> User {
    let email = EmailAddress.normalised(email)
    try limits.admitTry(of: email, from: call.peer)
    let user = try await database.read(for: call) { try UserStore.user(email: email, $0) }
    guard try await passwords.verify(password, against: user?.passwordHash, for: call), let user else {
      call.logger.notice("login refused", metadata: ["peer": "\(call.peer)"])
      throw CustomerServiceError.wrongCredentials
    }
    guard user.isActive else { throw CustomerServiceError.accountDisabled }
    limits.trySucceeded(of: email, from: call.peer)
    return user
  }
}
