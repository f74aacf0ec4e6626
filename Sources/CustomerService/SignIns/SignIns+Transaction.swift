import Identity
import RPC
import Storage

/// What a sign-in's row needs of its call, gathered on the loop before the transaction.
struct SignInDraft: Sendable {
  let id: String
  let means: SignInMeans
  let address: String
  let userAgent: String?
  let createdAt: Int64
}

/// Signing in as part of the transaction that found out who it is.
extension SignIns {
  func draft(by means: SignInMeans, _ call: ServerCall) -> SignInDraft {
    SignInDraft(id: ids.next(), means: means, address: call.peer, userAgent: call.userAgent, createdAt: time.wallMicroseconds)
  }

  /// - Parameters:
  ///   - user: As read in this transaction, and active.
  ///   - lifetime: Of the token, in whole seconds, an hour at most.
  func begin(_ user: User, _ draft: SignInDraft, lifetime: Duration, _ transaction: Transaction) throws -> IssuedToken {
    guard user.isActive else { throw CustomerServiceError.accountDisabled }
    let token = tokens.issue(subject: user.id, role: user.role, epoch: user.tokenEpoch, lifetime: lifetime)
    try SignInStore.insert(
      SignIn(
        id: draft.id, userID: user.id, tokenID: token.id, means: draft.means.rawValue, address: draft.address, userAgent: draft.userAgent,
        createdAt: draft.createdAt, expiresAt: token.expiresAt * 1_000_000), transaction)
    return token
  }
}
