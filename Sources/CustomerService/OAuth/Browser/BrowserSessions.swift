import Identity
import Platform
import RPC
import Storage

/// Begins, finds and ends the sessions of browsers.
struct BrowserSessions: Sendable {
  let database: Database
  let ids: ObjectIDGenerator
  let time: any TimeSource
  let random: any RandomSource
  private let hashes: MessageAuthenticator

  init(database: Database, ids: ObjectIDGenerator, secret: HashSecret, time: any TimeSource, random: any RandomSource) {
    self.database = database
    self.ids = ids
    self.time = time
    self.random = random
    hashes = secret.derived(for: "weft browser sessions")
  }

  /// A value for the cookie of a browser that has none, or whose old one must not be worth anything any more: 256 bits.
  func makeCookie() -> String { SessionCookie.value(random.bytes(SessionCookie.bytes)) }

  /// Who is signed in with the browser that has this cookie.
  func current(_ cookie: String?, _ call: ServerCall) async throws -> (session: BrowserSession, user: User)? {
    guard let cookie else { return nil }
    let digest = digest(cookie)
    let now = time.wallMicroseconds
    return try await database.read(for: call) { try BrowserSessionStore.current(digest: digest, now: now, $0) }
  }

  /// What a session will be, gathered on the loop before the transaction.
  struct Draft: Sendable {
    /// The cookie's new value.
    let cookie: String
    fileprivate let digest: [UInt8]
    fileprivate let replaced: [UInt8]
    fileprivate let id: String
    fileprivate let means: SignInMeans
    fileprivate let address: String
    fileprivate let userAgent: String?
    fileprivate let now: Int64
  }

  /// Prepares a session.
  ///
  /// The browser gets a new cookie: one that somebody may have planted before is not the one that is worth something now (session fixation).
  ///
  /// - Parameter before: The browser's cookie until now; its session ends.
  func draft(by means: SignInMeans, replacing before: String, _ call: ServerCall) -> Draft {
    let cookie = makeCookie()
    return Draft(
      cookie: cookie, digest: digest(cookie), replaced: digest(before), id: ids.next(), means: means, address: call.peer,
      userAgent: call.userAgent, now: time.wallMicroseconds)
  }

  /// Signs in somebody who has just shown who they are.
  ///
  /// - Parameter user: As read in this transaction.
  /// - Throws: `accountDisabled`.
  static func begin(_ user: User, _ draft: Draft, _ transaction: Transaction) throws {
    guard user.isActive else { throw CustomerServiceError.accountDisabled }
    let session = BrowserSession(
      digest: draft.digest, signInID: draft.id, userID: user.id, tokenEpoch: user.tokenEpoch, means: draft.means.rawValue,
      authTime: draft.now, expiresAt: draft.now + BrowserSession.lifetime)
    // In the list of sign-ins like any other. There is no token that the id could be of.
    let signIn = SignIn(
      id: draft.id, userID: user.id, tokenID: "browser:\(draft.id)", means: SignInMeans.oauth.rawValue, address: draft.address,
      userAgent: draft.userAgent, createdAt: draft.now, expiresAt: session.expiresAt)
    try BrowserSessionStore.end(digest: draft.replaced, now: draft.now, transaction)
    try SignInStore.insert(signIn, transaction)
    try BrowserSessionStore.insert(session, transaction)
  }

  /// The same where it was found out before who it is.
  ///
  /// - Throws: `accountDisabled`; `wrongCredentials` if the password was changed since.
  func begin(_ user: User, _ draft: Draft, _ call: ServerCall) async throws {
    try await database.write(for: call) { transaction in
      guard let now = try UserStore.user(id: user.id, transaction) else { throw CustomerServiceError.accountDisabled }
      guard now.tokenEpoch == user.tokenEpoch else { throw CustomerServiceError.wrongCredentials }
      try Self.begin(now, draft, transaction)
    }
  }

  func end(_ cookie: String, _ call: ServerCall) async throws {
    let digest = digest(cookie)
    let now = time.wallMicroseconds
    try await database.write(for: call) { try BrowserSessionStore.end(digest: digest, now: now, $0) }
  }

  func digest(_ cookie: String) -> [UInt8] { hashes.code(Array(cookie.utf8)) }
}
