public import ApplicationSupport
public import Identity
public import Logging
public import Platform
public import RPC
public import Storage

/// The co-writing platform: what it needs, and the one list of its services.
public final class CoWritingApp: ServedApplication {
  /// What the application is given.
  public struct Needs: Sendable {
    public var database: Database
    /// Hashes with bcrypt.
    public var passwords: PasswordHasher
    /// What access tokens are signed with.
    public var signingKeys: SigningKeys
    /// `WEFT_TOKEN_DAYS`.
    public var lifetimes = TokenLifetimes()
    /// Tells the processes on one database of each other's changes; by default this process is alone.
    public var generation = SharedGeneration()
    /// `WEFT_RATE_LIMITS`.
    public var limitsRates: Bool
    public var logger = Logger(label: "weft")
    public var time: any TimeSource
    public var random: any RandomSource

    public init(
      database: Database, passwords: PasswordHasher, signingKeys: SigningKeys, limitsRates: Bool, time: any TimeSource = SystemTime(),
      random: any RandomSource = SystemRandom()
    ) {
      self.database = database
      self.passwords = passwords
      self.signingKeys = signingKeys
      self.limitsRates = limitsRates
      self.time = time
      self.random = random
    }
  }

  /// The application's schema, in order; released ones are never edited.
  public static let migrator = Migrator(application: "cowriting", migrations: [.first], steps: [DocumentSearch.build])

  /// Who may call, for `RPCServer`.
  public let policy: any ApplicationPolicy
  /// Everything the application serves.
  public let services: [any RPCService]

  private let needs: Needs
  private let validity: ValidityLog
  private let comparisons = VersionComparison()

  public init(_ needs: Needs) {
    self.needs = needs
    let tokens = AccessTokenSigner(
      issuer: "weft", audience: CoWritingError.domain, keys: needs.signingKeys, lifetime: needs.lifetimes.usual, time: needs.time,
      random: needs.random)
    let validity = ValidityLog(
      validity: TokenValidity(time: needs.time), lines: ValidityStore.self, database: needs.database, shared: needs.generation,
      time: needs.time)
    self.validity = validity
    policy = CoWritingPolicy(
      tokens: tokens, validity: validity, limits: CoWritingLimits(isOn: needs.limitsRates, time: needs.time))
    services = [
      AuthService(
        database: needs.database, time: needs.time, tokens: tokens, lifetimes: needs.lifetimes,
        passwords: PasswordCheck(hasher: needs.passwords), validity: validity,
        tries: PasswordTries(isOn: needs.limitsRates, time: needs.time)),
      UserService(database: needs.database, time: needs.time, validity: validity),
      CompanyService(database: needs.database, time: needs.time),
      ProjectService(database: needs.database, time: needs.time),
      DocumentService(database: needs.database, time: needs.time, comparisons: comparisons),
    ]
  }

  /// To be called once, after the migrations and before the first call: learns which tokens are not to be taken at their word, and sees
  /// to the administrator.
  ///
  /// - Parameters:
  ///   - administrator: From the settings: made if absent; an account that is there keeps its password and becomes an active
  ///     administrator. Nil: on the very first start `admin@localhost` is made.
  ///   - password: What `admin@localhost` gets; nil: one is made up.
  /// - Returns: The password that `admin@localhost` was made with; nil if it was not made.
  public func start(administrator: (email: String, password: String)?, password: String? = nil) async throws -> String? {
    try await validity.start()
    if let administrator {
      try await makeAdministrator(administrator.email, administrator.password)
      return nil
    }
    guard try await needs.database.read({ try UserStore.isEmpty($0) }) else { return nil }
    let password = password ?? needs.random.bytes(15).map { String($0, radix: 36) }.joined()
    try await makeAdministrator("admin@localhost", password)
    return password
  }

  /// To be called once a minute, by one caller at a time: forgets what has expired, a bounded number of rows each time.
  public func housekeep() async throws {
    let now = needs.time.wallMicroseconds
    while try await needs.database.write({ try ValidityStore.forgetExpired(at: now, $0) }) >= 500 {}
    // More may be deleted meanwhile: that is for the next minute.
    for _ in 0..<1000 { guard try await needs.database.write({ try DocumentSearch.removeDeleted($0) }) > 0 else { break } }
    for _ in 0..<100 { guard try await needs.database.write({ try DocumentSearch.index.merge($0) }) else { break } }
  }

  /// To be called once a second: learns what another process on this database changed and then died before it could tell.
  public func catchUp() async throws { try await validity.heal() }

  /// Everything is in the database.
  public func stop() async throws { await comparisons.stop() }

  /// - Parameter address: User name and address of a new account.
  private func makeAdministrator(_ address: String, _ password: String) async throws {
    let key = User.key(of: address)
    if try await needs.database.read({ try UserStore.anyUser(login: key, $0)?.isAdministrator }) == true { return }
    let hash = try await needs.passwords.hash(password)
    let now = needs.time.wallMicroseconds
    let wasThere = try await needs.database.write { [validity] transaction in
      let existing = try UserStore.anyUser(login: key, transaction)
      var user = existing ?? User(username: address, email: key, passwordHash: hash, createdAt: now, updatedAt: now)
      guard !user.isAdministrator else { return false }
      // What was given out before the account was disabled or deleted does not come back with it.
      if !user.isActive || user.deletedAt != nil { user.endTokens() }
      user.role = User.Role.admin
      user.isActive = true
      user.deletedAt = nil
      user.updatedAt = now
      if existing == nil {
        user.id = try UserStore.insert(user, transaction)
      } else {
        try UserStore.update(user, transaction)
      }
      try validity.follow(user, transaction)
      return existing != nil
    }
    // Nobody checks addresses here: whoever registered this one knows the password.
    if wasThere {
      needs.logger.warning(
        "WEFT_ADMIN_EMAIL names an account that was there: it is an administrator's now, with the password of whoever registered it",
        metadata: ["application": "cowriting", "account": "\(address)"])
    }
  }
}
