import Identity
import Platform
import RPC
import Storage

/// The one way in which access tokens are given out: each is a sign-in that its user can see and end.
struct SignIns: Sendable {
  let database: Database
  let tokens: AccessTokenSigner
  let ids: ObjectIDGenerator
  let time: any TimeSource

  /// Signs in somebody who has just shown who they are.
  ///
  /// - Parameter lifetime: Of the token, in whole seconds; nil for the usual 30 minutes.
  /// - Throws: `accountDisabled`; said only here, after the right password, code or key, or anybody could ask which accounts exist.
  func begin(_ user: User, by means: SignInMeans, lifetime: Duration? = nil, _ call: ServerCall) async throws -> IssuedToken {
    guard user.isActive else { throw CustomerServiceError.accountDisabled }
    let token = tokens.issue(subject: user.id, role: user.role, epoch: user.tokenEpoch, lifetime: lifetime)
    let now = time.wallMicroseconds
    let signIn = SignIn(
      id: ids.next(), userID: user.id, tokenID: token.id, means: means.rawValue, address: call.peer, createdAt: now,
      expiresAt: token.expiresAt * 1_000_000)
    try await database.write(for: call) { try SignInStore.insert(signIn, $0) }
    return token
  }
}
