public import ApplicationSupport
public import Blobs
public import Delivery
public import Identity
public import Platform
public import RPC
public import Storage

/// The customer service application: what it needs, and the one list of its services.
public final class CustomerServiceApp: ServedApplication {
  /// What the application is given.
  public struct Needs: Sendable {
    public var database: Database
    public var passwords: PasswordHasher
    public var secret: SigningSecret
    /// Behind what is stored as a keyed hash; outlives `secret`.
    public var hashSecret: HashSecret
    public var mail: any MessageSender
    public var sms: any MessageSender
    /// Where the contents of files lie (`WEFT_BLOB_URL`).
    public var blobs: any BlobStore
    /// Says of what type an uploaded file is.
    public var fileTypes: FileTypes
    /// `WEFT_PUBLIC_URL`, or where the HTTP listener is.
    public var publicURL: PublicURL
    /// What tokens are signed with, where another application signs with it too; by default made of `secret` and `previousSecrets`.
    public var signingKeys: SigningKeys?
    /// What signed tokens before `secret` did.
    public var previousSecrets: [SigningKeys.Previous] = []
    /// Where a new signing secret is kept; nil where the settings say which one it is.
    public var secretFiles: SigningSecretFiles?
    /// How long what an old secret signed is still taken: as long as any token may live, those of other applications too.
    public var secretOverlap = OperatorTasks.secretOverlap
    /// How long entries of the audit trail are kept.
    public var auditDays = 365
    /// Tells the processes on one database of each other's changes; by default this process is alone.
    public var generation = SharedGeneration()
    /// `WEFT_RP_ID` and `WEFT_RP_ORIGINS`.
    public var passkeys = PasskeySettings()
    /// The data directory, where a backup says that it runs; nil where there is none.
    public var directory: String?
    /// Who tells people from programs at the contact form.
    public var personCheck: any PersonCheck = NoPersonCheck()
    /// `WEFT_RATE_LIMITS`.
    public var limitsRates: Bool
    public var time: any TimeSource
    public var random: any RandomSource

    public init(
      database: Database, passwords: PasswordHasher, secret: SigningSecret, hashSecret: HashSecret, mail: any MessageSender,
      sms: any MessageSender, blobs: any BlobStore, fileTypes: FileTypes, publicURL: PublicURL, limitsRates: Bool,
      time: any TimeSource = SystemTime(),
      random: any RandomSource = SystemRandom()
    ) {
      self.database = database
      self.passwords = passwords
      self.secret = secret
      self.hashSecret = hashSecret
      self.mail = mail
      self.sms = sms
      self.blobs = blobs
      self.fileTypes = fileTypes
      self.publicURL = publicURL
      self.limitsRates = limitsRates
      self.time = time
      self.random = random
    }
  }

  /// The application's schema.
  public static let migrator = Migrator(application: "csa", migrations: migrations, steps: [TicketSearch.build])
  /// In order; released ones are never edited.
  static let migrations: [Migration] = [
    .first, .signInsAndAudit, .validityChanges, .phonesAndKeys, .oauth, .passkeys, .browserSessions,
    .business, .files, .contacts, .ticketMessages,
  ]

  /// Who may call, for `RPCServer`.
  public let policy: any ApplicationPolicy
  /// Everything the application serves.
  public let services: [any RPCService]

  private let needs: Needs
  private let validity: ValidityLog
  private let keys: ApplicationKeyTable
  private let keyRing: SigningKeyRing
  private let rotation: SecretRotation
  private let brokenUploads: BrokenUploads

  public init(_ needs: Needs) {
    self.needs = needs
    let time = needs.time
    let database = needs.database
    let signingKeys = needs.signingKeys ?? SigningKeys(current: needs.secret, previous: needs.previousSecrets)
    let tokens = AccessTokenSigner(
      issuer: "weft", audience: CustomerServiceError.domain, keys: signingKeys, time: time, random: needs.random)
    let validity = ValidityLog(validity: TokenValidity(time: time), database: database, shared: needs.generation, time: time)
    let passwords = PasswordCheck(hasher: needs.passwords)
    let ids = ObjectIDGenerator(time: time, random: needs.random)
    let signIns = SignIns(database: database, tokens: tokens, ids: ids, time: time)
    let codes = OneTimeCodes(secret: needs.hashSecret, time: time, random: needs.random)
    let resets = ResetCodes(database: database, codes: codes, mail: needs.mail, time: time)
    rotation = SecretRotation(keys: signingKeys, files: needs.secretFiles, hasPreviousOnDisk: !needs.previousSecrets.isEmpty)
    let limits = AccountLimits(isOn: needs.limitsRates, time: time)
    let phones = PhoneAccounts(
      database: database, time: time, random: needs.random, ids: ids,
      codes: TextMessageCodes(
        database: database, time: time, codes: codes, sms: needs.sms, limits: TextMessageLimits(isOn: needs.limitsRates, time: time)),
      passwords: passwords, validity: validity)
    let keys = ApplicationKeyTable(secret: needs.hashSecret, time: time)
    let oauth = OAuthSecrets(secret: needs.hashSecret, random: needs.random)
    let challenges = PasskeyChallenges(
      authenticator: needs.hashSecret.derived(for: "weft passkey challenges"), time: time, random: needs.random)
    let relyingParty = CurrentRelyingParty(needs.passkeys, publicURL: needs.publicURL)
    let passkeySignIn = PasskeySignIn(database: database, time: time, ids: ids, challenges: challenges, relyingParty: relyingParty)
    let oauthLimits = OAuthLimits(isOn: needs.limitsRates, time: time)
    let keyRing = SigningKeyRing(database: database, time: time)
    self.keyRing = keyRing
    self.validity = validity
    self.keys = keys
    let policy = CustomerServicePolicy(tokens: tokens, validity: validity, keys: keys, limitsRates: needs.limitsRates, time: time)
    self.policy = policy
    let authentication = PasswordAuthentication(database: database, passwords: passwords, limits: limits)
    let endpoint = AuthorizationEndpoint(
      database: database, time: time, ids: ids, policy: policy,
      sessions: BrowserSessions(database: database, ids: ids, secret: needs.hashSecret, time: time, random: needs.random),
      forms: FormTokens(secret: needs.hashSecret), codes: AuthorizationCodes(secrets: oauth, time: time), keys: keyRing,
      publicURL: needs.publicURL)
    let knownClients = KnownOAuthClients()
    brokenUploads = BrokenUploads(
      lines: PendingBlobStore.self, database: database, blobs: needs.blobs, time: time, directory: needs.directory)
    let receiver = FileReceiver(database: database, blobs: needs.blobs, types: needs.fileTypes, time: time)
    let links = FileLinks(secret: needs.hashSecret, blobs: needs.blobs, publicURL: needs.publicURL, time: time)
    services = [
      AuthService(
        database: database, time: time, ids: ids, codes: codes, passwords: passwords,
        authentication: authentication, signIns: signIns, mail: needs.mail, limits: limits, phones: phones),
      RecoveryService(
        database: database, time: time, ids: ids, codes: codes, resets: resets, passwords: passwords, validity: validity, limits: limits),
      ConsoleService(
        database: database, ids: ids, authentication: authentication,
        sessions: ConsoleSessions(
          tokens: tokens, database: database, ids: ids, secret: needs.hashSecret, time: time, random: needs.random), validity: validity),
      UserService(database: database, time: time, ids: ids, passwords: passwords, validity: validity, limits: limits),
      ApplicationKeyService(
        database: database, time: time, random: needs.random, ids: ids, keys: keys, validity: validity.validity),
      PasskeyService(
        database: database, time: time, ids: ids, challenges: challenges, relyingParty: relyingParty, signIn: passkeySignIn,
        signIns: signIns, decoys: PasskeyDecoys(authenticator: needs.hashSecret.derived(for: "weft passkey decoys"))),
      TicketService(database: database, time: time, ids: ids, links: links),
      TicketAdminService(
        database: database, time: time, ids: ids, links: links, notices: TicketNotices(mail: needs.mail)),
      UserAdminService(database: database, time: time, ids: ids, validity: validity, resets: resets),
      SigningSecretAdminService(database: database, time: time, ids: ids, rotation: rotation, overlap: needs.secretOverlap),
      AuditAdminService(database: database),
      OAuthService(
        database: database, time: time, ids: ids, secrets: oauth, publicURL: needs.publicURL,
        clients: ClientAuthentication(database: database, secrets: oauth, limits: oauthLimits, known: knownClients),
        issue: TokenIssue(secrets: oauth, ids: ids, time: time), idTokens: IDTokens(keys: keyRing, issuer: needs.publicURL, time: time),
        keys: keyRing, limits: oauthLimits, endpoint: endpoint),
      OAuthPageService(endpoint: endpoint, passwords: authentication, phones: phones, passkeys: passkeySignIn, policy: policy),
      SigningKeyAdminService(keys: keyRing, ids: ids, time: time),
      OAuthClientAdminService(database: database, time: time, ids: ids, secrets: oauth, known: knownClients),
      BusinessAccountService(database: database, time: time, ids: ids),
      BusinessAccountAdminService(database: database, time: time, ids: ids, mail: needs.mail),
      ContractService(database: database, time: time, ids: ids),
      ContractAdminService(database: database, time: time, ids: ids),
      ProjectService(database: database, fileLinks: links),
      ProjectAdminService(database: database, time: time, ids: ids, receiver: receiver, links: links),
      FileService(
        database: database, blobs: needs.blobs, time: time, ids: UUIDGenerator(random: needs.random), receiver: receiver, links: links),
      ContactService(
        database: database, time: time, ids: ids, check: needs.personCheck,
        notice: ContactNotice(mail: needs.mail, limitsRates: needs.limitsRates, time: time)),
      ContactAdminService(database: database, time: time, ids: ids),
    ]
  }

  /// To be called once, after the migrations and before the first call: learns which tokens are not to be taken at their word,
  /// and sees to the administrator.
  ///
  /// - Parameter administrator: From the settings: made if absent; an account that is there keeps its password and becomes an
  ///   active administrator. Nil: on the very first start `admin@localhost` is made.
  /// - Returns: The password that was made up for `admin@localhost`, to be printed once; nil if none was.
  public func start(administrator: (email: String, password: String)?, password: String? = nil) async throws -> String? {
    try await validity.start()
    try await keyRing.start()
    try await brokenUploads.start()
    for key in try await needs.database.read({ try ApplicationKeyStore.active($0) }) { keys.follow(key) }
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
    let auditedSince = now - Int64(needs.auditDays) * 86_400 * 1_000_000
    try await Housekeeping.forgetExpired(in: needs.database, now: now, auditedSince: auditedSince)
    // More may be used meanwhile: that is for the next minute.
    for _ in 0..<Housekeeping.roundsMax { guard try await keys.flush(to: needs.database) else { break } }
    try await keyRing.housekeep()
    try await rotation.forgetPrevious(at: now / 1_000_000)
    try await brokenUploads.delete()
  }

  /// To be called once, after the last call: writes down what only the memory knows.
  public func stop() async throws {
    await keyRing.close()
    while try await keys.flush(to: needs.database) {}
  }

  /// To be called once a second: learns what another process on this database changed and then died before it could tell.
  public func catchUp() async throws { try await validity.heal() }

  private func makeAdministrator(_ address: String, _ password: String) async throws {
    let email = EmailAddress.normalised(address)
    let existing = try await needs.database.read { try UserStore.user(email: email, $0) }
    if let existing, existing.isActive, existing.role == User.Role.admin { return }
    let hash = existing == nil ? try await needs.passwords.hash(password) : nil
    let ids = ObjectIDGenerator(time: needs.time, random: needs.random)
    let id = existing?.id ?? ids.next()
    let now = needs.time.wallMicroseconds
    let entry = AuditEntry(byOperator: .administratorMade, of: id, detail: email, ids: ids, now: now)
    try await needs.database.write { [validity] transaction in
      try AuditStore.insert(entry, transaction)
      if var user = try UserStore.user(email: email, transaction) {
        user.role = User.Role.admin
        user.isActive = true
        user.updatedAt = now
        try UserStore.update(user, transaction)
        try validity.follow(user, transaction)
      } else {
        let user = User(
          id: id, email: email, passwordHash: hash, role: User.Role.admin, isActive: true, tokenEpoch: 0, createdAt: now)
        try UserStore.insert(user, transaction)
        try validity.follow(user, transaction)
      }
    }
  }
}
