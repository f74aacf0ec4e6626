import Identity
import Platform
import RPC
import Storage

/// Begins, finds and carries on the sessions of consoles.
///
/// A session is a row of `csa_browser_sessions`, whose key is hashed with a key of its own, so that no browser's cookie opens one; and a row
/// of `csa_sign_ins`, by which its user sees and ends it. All its access tokens bear the id that is in that row: ending it ends them all.
struct ConsoleSessions: Sendable {
  /// How long one lasts, however it is used: 12 hours, in microseconds.
  static let lifetime: Int64 = 12 * 3_600_000_000
  /// By this, scanners for secrets know one in a place where it should not be.
  static let keyPrefix = "wcs_"

  let tokens: AccessTokenSigner
  let database: Database
  let ids: ObjectIDGenerator
  let time: any TimeSource
  private let random: any RandomSource
  private let hashes: MessageAuthenticator

  init(
    tokens: AccessTokenSigner, database: Database, ids: ObjectIDGenerator, secret: HashSecret, time: any TimeSource,
    random: any RandomSource
  ) {
    self.tokens = tokens
    self.database = database
    self.ids = ids
    self.time = time
    self.random = random
    hashes = secret.derived(for: "weft console sessions")
  }

  /// What a session will be, gathered on the loop before the transaction.
  struct Draft: Sendable {
    /// For its user only.
    let key: String
    let now: Int64
    fileprivate let digest: [UInt8]
    fileprivate let id: String
    fileprivate let address: String
    fileprivate let userAgent: String?

    /// Microseconds since 1970, UTC.
    var expiresAt: Int64 { now + ConsoleSessions.lifetime }
  }

  /// A session in force, with its user, who is active.
  typealias Current = (user: User, signIn: SignIn)

  func draft(_ call: ServerCall) -> Draft {
    let key = Self.keyPrefix + Base64URL.encode(random.bytes(32))
    return Draft(
      key: key, now: time.wallMicroseconds, digest: digest(key), id: ids.next(), address: call.peer, userAgent: call.userAgent)
  }

  /// - Parameter user: As read in this transaction, active, an administrator.
  /// - Returns: The first access token.
  func begin(_ user: User, _ draft: Draft, _ transaction: Transaction) throws -> IssuedToken {
    let token = tokens.issue(subject: user.id, role: user.role, epoch: user.tokenEpoch)
    try SignInStore.insert(
      SignIn(
        id: draft.id, userID: user.id, tokenID: token.id, means: SignInMeans.console.rawValue, address: draft.address,
        userAgent: draft.userAgent, createdAt: draft.now, expiresAt: draft.expiresAt), transaction)
    try BrowserSessionStore.insert(
      BrowserSession(
        digest: draft.digest, signInID: draft.id, userID: user.id, tokenEpoch: user.tokenEpoch, means: SignInMeans.console.rawValue,
        authTime: draft.now, expiresAt: draft.expiresAt), transaction)
    return token
  }

  func current(_ key: String, _ call: ServerCall) async throws -> Current? {
    let digest = digest(key)
    let now = time.wallMicroseconds
    return try await database.read(for: call) { try Self.current(digest, now: now, $0) }
  }

  static func current(_ digest: [UInt8], now: Int64, _ transaction: ReadTransaction) throws -> Current? {
    guard let (session, user) = try BrowserSessionStore.current(digest: digest, now: now, transaction),
      let signIn = try SignInStore.live(session.signInID, now: now, transaction)
    else { return nil }
    return (user, signIn)
  }

  /// Another access token of a session, which lives no longer than the session.
  ///
  /// - Returns: Nil where the session has less than a second left.
  func token(for session: Current) -> IssuedToken? {
    let left = session.signIn.expiresAt / 1_000_000 - time.wallSeconds
    guard left > 0 else { return nil }
    return tokens.issue(
      subject: session.user.id, role: session.user.role, epoch: session.user.tokenEpoch,
      lifetime: min(SignIns.lifetimeMax, .seconds(left)), id: session.signIn.tokenID)
  }

  func digest(_ key: String) -> [UInt8] { hashes.code(Array(key.utf8)) }
}
