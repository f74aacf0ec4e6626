import Identity
import Platform
import RPC
import Storage

/// The one way in which access tokens are given out: each is a sign-in that its user can see and end.
struct SignIns: Sendable {
  /// The longest that any access token lives.
  static let lifetimeMax = Duration.seconds(1800)

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
    precondition(lifetime ?? .zero <= Self.lifetimeMax, "a replaced secret and an ended token are remembered for as long as this")
    let token = tokens.issue(subject: user.id, role: user.role, epoch: user.tokenEpoch, lifetime: lifetime)
    let signIn = SignIn(
      id: ids.next(), userID: user.id, tokenID: token.id, means: means.rawValue, address: call.peer, userAgent: call.userAgent,
      createdAt: time.wallMicroseconds, expiresAt: token.expiresAt * 1_000_000)
    try await database.write(for: call) { transaction in
      // A change of the password since it was checked would leave a sign-in on the list whose token never worked.
      guard let now = try UserStore.user(id: user.id, transaction), now.isActive else { throw CustomerServiceError.accountDisabled }
      guard now.tokenEpoch == user.tokenEpoch else { throw CustomerServiceError.wrongCredentials }
      try SignInStore.insert(signIn, transaction)
    }
    return token
  }
}

extension ServerCall {
  private static let userAgentBytesMax = 256

  /// What the client calls itself: over REST its header, as the gateway passes it on for RPCs that are open to anybody.
  var userAgent: String? {
    guard let agent = metadata["weft-user-agent"] ?? metadata["user-agent"], !agent.isEmpty else { return nil }
    // Metadata is printable ASCII, so every byte is a character.
    return String(agent.prefix(Self.userAgentBytesMax))
  }
}
