public import ApplicationSupport
public import Blobs
public import Identity
public import Jobs
public import LanguageModel
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
    /// The same of jobs, and of how far they are.
    public var jobGeneration = SharedGeneration()
    public var progressGeneration = SharedGeneration()
    /// What links to files are signed with.
    public var hashSecret: HashSecret
    /// Where files are.
    public var blobs: any BlobStore
    /// Where `BackupLock` is; nil where no backup is made.
    public var directory: String?
    /// Before the links in answers.
    public var publicURL: PublicURL
    /// How many documents a process sets at once, 1 or more: `WEFT_EXPORTS`.
    public var exportsAtOnce = 2
    /// Who writes texts.
    public var writer: any TextGenerator = OutlineWriter()
    /// `WEFT_RATE_LIMITS`.
    public var limitsRates: Bool
    public var logger = Logger(label: "weft")
    public var time: any TimeSource
    public var random: any RandomSource

    public init(
      database: Database, passwords: PasswordHasher, signingKeys: SigningKeys, hashSecret: HashSecret, blobs: any BlobStore,
      publicURL: PublicURL, limitsRates: Bool, time: any TimeSource = SystemTime(), random: any RandomSource = SystemRandom()
    ) {
      self.database = database
      self.passwords = passwords
      self.signingKeys = signingKeys
      self.hashSecret = hashSecret
      self.blobs = blobs
      self.publicURL = publicURL
      self.limitsRates = limitsRates
      self.time = time
      self.random = random
    }
  }

  /// The application's schema, in order; released ones are never edited.
  public static let migrator = Migrator(application: "cowriting", migrations: [.first, .second, .third], steps: [DocumentSearch.build])

  /// Who may call, for `RPCServer`.
  public let policy: any ApplicationPolicy
  /// Everything the application serves.
  public let services: [any RPCService]

  private let needs: Needs
  private let validity: ValidityLog
  private let comparisons = VersionComparison()
  private let renderer: ExportRenderer
  /// The jobs that are asked for here, whoever runs them.
  public let jobs: JobQueue
  private let progress: JobProgress
  private let updates: LiveUpdates
  private let brokenUploads: BrokenUploads

  public init(_ needs: Needs) {
    self.needs = needs
    let tokens = AccessTokenSigner(
      issuer: "weft", audience: CoWritingError.domain, keys: needs.signingKeys, lifetime: needs.lifetimes.usual, time: needs.time,
      random: needs.random)
    let validity = ValidityLog(
      validity: TokenValidity(time: needs.time), lines: ValidityStore.self, database: needs.database, shared: needs.generation,
      time: needs.time)
    self.validity = validity
    let policy = CoWritingPolicy(
      tokens: tokens, validity: validity, limits: CoWritingLimits(isOn: needs.limitsRates, time: needs.time))
    self.policy = policy
    jobs = JobQueue(database: needs.database, generation: needs.jobGeneration, time: needs.time)
    progress = JobProgress(shared: needs.progressGeneration) { _ = try policy.authenticate(bearerToken: $0.bearerToken) }
    updates = LiveUpdates(database: needs.database, jobs: jobs, progress: progress)
    renderer = ExportRenderer(threads: needs.exportsAtOnce)
    brokenUploads = BrokenUploads(
      lines: UnwantedBlobStore.self, database: needs.database, blobs: needs.blobs, time: needs.time, directory: needs.directory)
    let documents = DocumentService(
      database: needs.database, time: needs.time, comparisons: comparisons,
      images: DocumentImageReceiver(
        database: needs.database, blobs: needs.blobs, ids: UUIDGenerator(random: needs.random), time: needs.time))
    services = [
      AuthService(
        database: needs.database, time: needs.time, tokens: tokens, lifetimes: needs.lifetimes,
        passwords: PasswordCheck(hasher: needs.passwords), validity: validity,
        tries: PasswordTries(isOn: needs.limitsRates, time: needs.time)),
      UserService(database: needs.database, time: needs.time, validity: validity),
      CompanyService(database: needs.database, time: needs.time),
      ProjectService(database: needs.database, time: needs.time),
      documents,
      GenerationService(database: needs.database, time: needs.time, jobs: jobs, progress: progress, documents: documents),
      ExportService(
        database: needs.database, time: needs.time, jobs: jobs, progress: progress, blobs: needs.blobs,
        links: SignedLinks(secret: needs.hashSecret, for: "weft export links", time: needs.time), publicURL: needs.publicURL),
    ]
  }

  /// How many texts a process writes at once.
  public static let textsAtOnce = GenerationJob.limits.runningMax

  /// Who does the jobs, for a `JobRunner` of this process.
  public func jobHandlers(logger: Logger) -> [JobKind: (limits: JobRunner.Limits, handler: any JobHandler)] {
    let exports = ExportJob(
      database: needs.database, time: needs.time, jobs: jobs, progress: progress, updates: updates, blobs: needs.blobs,
      ids: UUIDGenerator(random: needs.random), renderer: renderer, logger: logger)
    return [
      .generation: (
        GenerationJob.limits,
        GenerationJob(
          database: needs.database, time: needs.time, jobs: jobs, progress: progress, updates: updates, writer: needs.writer, logger: logger
        )
      ),
      .export: (exports.limits, exports),
    ]
  }

  /// To be called ten times a second, by one caller at a time: writes down how far this process's jobs are, and tells those who watch what
  /// others' jobs have written.
  public func followJobs() async throws {
    try await updates.write()
    progress.lookAround()
  }

  /// How many jobs of each kind wait and run, in all processes; of kinds that have none, too.
  public func jobCounts() async throws -> [(kind: JobKind, waiting: Int, running: Int)] {
    let counts = try await needs.database.read { [jobs] in try jobs.counts($0) }
    return [JobKind.export, .generation].map { kind in counts.first { $0.kind == kind } ?? (kind, 0, 0) }
  }

  /// What a backup takes of the blob store, for databases of a schema since a migration: key, bytes, SHA-256, content type (that of
  /// `ExportFormat`).
  public static let blobKeys: [(since: Int, sql: StaticString)] = [
    (
      2,
      """
      SELECT file_key, file_size, sha256,
        CASE format
          WHEN 'pdf' THEN 'application/pdf'
          WHEN 'word' THEN 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
          WHEN 'html' THEN 'text/html; charset=utf-8'
          ELSE 'text/markdown; charset=utf-8'
        END
      FROM cw_exports WHERE file_key IS NOT NULL
      """
    ),
    (2, "SELECT file_key, file_size, sha256, content_type FROM cw_document_images"),
  ]

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
    try await brokenUploads.start()
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
    try await brokenUploads.delete()
  }

  /// To be called once a second, by one caller at a time: learns what another process on this database changed and then died before it
  /// could tell, and has the search index learn what has changed.
  public func catchUp() async throws {
    try await validity.heal()
    let now = needs.time.wallMicroseconds
    while try await DocumentSearch.catchUp(needs.database, at: now) {}
  }

  /// Everything is in the database.
  public func stop() async throws {
    await comparisons.stop()
    await renderer.stop()
  }

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
