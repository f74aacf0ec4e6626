import ApplicationSupport
import Backup
import Blobs
import CoWriting
import CoWritingAPI
import CustomerService
import CustomerServiceAPI
import Delivery
import Foundation
import Gateway
import HTTP
import Identity
import Logging
import Net
import Outbound
import Platform
import RPC
import Storage
import Synchronization

/// Everything that a `weft serve` process is made of, built by hand in one place, from settings to listeners.
final class Assembly: Sendable {
  /// How long calls in flight may take after the signal to stop (docs/operations.md).
  static let drainTimeout = Duration.seconds(20)

  /// How long jobs may go on after it before they are handed back: what they have done so far is done again.
  static let jobGrace = Duration.seconds(5)

  private let logger: Logger
  private let lock: DataDirectoryLock
  private let database: Database
  private let blobs: any BlobStore
  private let fileTypes: FileTypes
  private let passwords: PasswordHasher
  private let messaging: Messaging
  private let applications: [any ServedApplication]
  private let loops: EventLoopGroup
  private let health: HealthService
  private let rpc: RPCServer
  private let httpServer: HTTPServer
  private let grpcServer: HTTPServer
  private let metricsServer: HTTPServer
  private let jobCounts: JobCounts?
  private let isReady: ReadyFlag
  private let signals: StopSignals
  private let housekeeping: RepeatingTask
  /// Looks for what other processes on the database changed and could not tell.
  private let listening: RepeatingTask
  private let serviceManager: ServiceManager?
  private let watchdog: RepeatingTask?
  /// Nil where co-writing is not served.
  private let jobs: JobLoop?
  /// To the provider of a language model.
  private let modelClient: OutboundClient?

  /// Where the REST and gRPC listeners are; their ports are known once they are bound.
  let http: SocketAddress
  let grpc: SocketAddress
  /// Where Prometheus finds its metrics; nil unless asked for.
  let metrics: SocketAddress?

  /// Everybody who has tables, in the order in which they are made.
  static let migrators = [
    ("csa", CustomerServiceApp.migrator), ("cowriting", CoWritingApp.migrator), ("delivery", DeliverySchema.migrator),
  ]

  /// What a backup takes of them.
  static let backedUpApplications = [
    BackedUpApplication(
      migrator: CustomerServiceApp.migrator, blobs: CustomerServiceApp.blobKeys.map { BlobStatement(since: $0.since, sql: $0.sql) }),
    BackedUpApplication(
      migrator: CoWritingApp.migrator, blobs: CoWritingApp.blobKeys.map { BlobStatement(since: $0.since, sql: $0.sql) }),
    BackedUpApplication(migrator: DeliverySchema.migrator),
  ]

  /// Opens the data directory, brings the schema up to date and binds both listeners, or undoes what it began and throws.
  init(_ settings: ServeSettings, commitGroup: Int? = nil, logger: Logger) async throws {
    self.logger = logger
    loops = EventLoopGroup(count: ProcessInfo.processInfo.activeProcessorCount)
    // Migrations and search indexes may take minutes. Each of their transactions is whole, and the next start goes on with them.
    signals = try StopSignals(loops.loops[0]) {
      logger.info("stopped before it served")
      _exit(EXIT_SUCCESS)
    }
    lock = try DataDirectoryLock.acquire(directory: settings.dataDirectory)
    var options = DatabaseOptions()
    if let commitGroup { options.groupMax = commitGroup }
    database = try Database.open(path: settings.databasePath, options: options)
    try await Self.migrate(database, in: settings.dataDirectory, logger)
    blobs = try await settings.blobs.open(logger: logger)
    fileTypes = try FileTypes()

    let random = SystemRandom()
    let secrets = try SigningSecrets(settings, random: random)
    let signingKeys = SigningKeys(current: secrets.current, previous: secrets.previous)
    let hashSecret = try HashSecret.loadOrCreate(directory: settings.dataDirectory, random: random)
    passwords = PasswordHasher(threads: max(1, ProcessInfo.processInfo.activeProcessorCount / 2), random: random)
    messaging = Messaging(settings.messaging, dataDirectory: settings.dataDirectory, database: database, random: random, logger: logger)
    let publicURL = PublicURL(settings.publicURL ?? "")
    var needs = CustomerServiceApp.Needs(
      database: database, passwords: passwords, secret: secrets.current, hashSecret: hashSecret, mail: messaging.mail,
      sms: messaging.sms, blobs: blobs, fileTypes: fileTypes, publicURL: publicURL, limitsRates: settings.rateLimits, random: random)
    needs.directory = settings.dataDirectory
    needs.previousSecrets = secrets.previous
    needs.secretFiles = secrets.files
    needs.secretOverlap = ServeSettings.secretOverlap(settings.applications, settings.tokenLifetimes)
    needs.auditDays = settings.auditDays
    needs.generation = try SharedGeneration(path: settings.generationPath)
    needs.passkeys = settings.passkeys
    if let turnstile = settings.turnstile {
      needs.personCheck = TurnstileCheck(turnstile, client: messaging.outbound, random: random, logger: logger)
      if turnstile.isPlainText { logger.warning("Turnstile's secret goes to another machine in plain text: use https") }
    } else {
      logger.warning("anybody is taken for a person at the contact form: set WEFT_TURNSTILE_SECRET")
    }
    needs.signingKeys = signingKeys
    let model = try settings.languageModel?.writer(inFlight: CoWritingApp.textsAtOnce, random: random, logger: logger)
    modelClient = model?.client
    let coWriting = CoWritingApp(
      try CoWritingApp.Needs(
        settings, database: database, passwords: passwords, signingKeys: signingKeys, hashSecret: hashSecret, blobs: blobs,
        publicURL: publicURL, writer: model?.writer, random: random, logger: logger))
    let applications: [any ServedApplication] = settings.applications.map { name in
      switch name {
      case .customerService: CustomerServiceApp(needs)
      case .coWriting: coWriting
      }
    }
    self.applications = applications
    var password: String?
    for application in applications {
      let made = try await application.start(
        administrator: settings.administrator.map { ($0.email, $0.password) }, password: password)
      // Both give the same one on the very first start.
      if let made, made != password { Terminal.line("weft: administrator admin@localhost has the password \(made)") }
      password = made ?? password
    }

    let (receiveBudget, answerBudget) = (MemoryBudget(), MemoryBudget())
    health = HealthService(applications.flatMap(\.services))
    let services = applications.flatMap(\.services) + [health]
    var limits = RPCServer.Limits()
    limits.receiveBudget = receiveBudget
    limits.answerBudget = answerBudget
    rpc = RPCServer(
      services: services + ReflectionService.services(describing: services), policies: applications.map(\.policy),
      limits: limits, gatewaySecret: settings.gatewaySecret, logger: logger)
    let isReady = ReadyFlag()
    self.isReady = isReady
    var gatewayOptions = settings.gatewayOptions
    gatewayOptions.receiveBudget = receiveBudget
    gatewayOptions.answerBudget = answerBudget
    let gateway = try RESTGateway(
      methods: rpc.methods, invoker: InProcessInvoker(rpc), pages: Self.pages(of: settings.applications),
      developmentPages: settings.offersDevelopmentPages ? DevelopmentPages() : nil, options: gatewayOptions,
      isReady: { isReady.value })

    let tls = try settings.tls.map {
      try TLSContext(server: .init(certificateFile: $0.certificate, keyFile: $0.key))
    }
    let mutualTLS = try settings.tls.map {
      try TLSContext(server: .init(certificateFile: $0.certificate, keyFile: $0.key, clientAuthorityFile: $0.clientCA))
    }
    httpServer = HTTPServer(group: loops, handler: gateway, tls: tls)
    grpcServer = HTTPServer(group: loops, handler: rpc, tls: mutualTLS)
    signals.started()
    http = try httpServer.bind(settings.http)
    if settings.publicURL == nil { publicURL.value = Self.publicURL(of: http, isTLS: tls != nil) }
    grpc = try grpcServer.bind(settings.grpc)
    let jobCounts =
      settings.metrics != nil && settings.applications.contains(.coWriting)
      ? JobCounts(coWriting, on: loops.loops[0], logger: logger) : nil
    self.jobCounts = jobCounts
    metricsServer = HTTPServer(group: loops, handler: Self.metrics(rpc, gateway, rest: httpServer, grpc: grpcServer, jobs: jobCounts))
    metrics = if let address = settings.metrics { try metricsServer.bind(address) } else { nil }
    if let metrics, !metrics.isLoopback {
      logger.warning("metrics in plain text on an address that is not loopback", metadata: ["address": "\(metrics)"])
    }
    if tls == nil {
      for address in [http, grpc] where !address.isLoopback {
        logger.warning("plain text on an address that is not loopback", metadata: ["address": "\(address)"])
      }
    }
    try await messaging.start(on: loops.loops[0])
    housekeeping = RepeatingTask(loop: loops.loops[0], every: .seconds(60)) { [applications, logger] in
      do {
        for application in applications { try await application.housekeep() }
      } catch {
        logger.error("housekeeping failed; it is tried again in a minute", metadata: ["error": "\(error)"])
      }
    }
    listening = RepeatingTask(loop: loops.loops[0], every: .seconds(1)) { [applications, logger] in
      do {
        for application in applications { try await application.catchUp() }
      } catch {
        logger.error("what other processes changed cannot be read; it is tried again in a second", metadata: ["error": "\(error)"])
      }
    }
    if settings.applications.contains(.coWriting) {
      // There is one server on a data directory: what the last one was doing when it was killed is done again at once.
      try await coWriting.jobs.reclaim(process: "serve")
      jobs = JobLoop(
        coWriting, process: "serve", runsJobs: settings.runsJobs, on: loops.loops[loops.loops.count - 1], logger: logger)
    } else {
      jobs = nil
    }
    serviceManager = ServiceManager(environment: ProcessInfo.processInfo.environment, logger: logger)
    watchdog = serviceManager?.watchdog(over: loops)
    isReady.value = true
  }

  /// Brings the schema up to date; only then nobody may be working with the old one.
  private static func migrate(_ database: Database, in directory: String, _ logger: Logger) async throws {
    var isPending = false
    for (_, migrator) in migrators where !isPending { isPending = try await !migrator.pending(database).isEmpty }
    let workers = isPending ? try lockOutWorkers(directory) : nil
    for (application, migrator) in migrators {
      for migration in try await migrator.migrate(database, telling: { logger.info("\($0)") }) {
        logger.info("migrated", metadata: ["application": "\(application)", "number": "\(migration.number)", "name": "\(migration.name)"])
      }
    }
    withExtendedLifetime(workers) {}
  }

  /// Keeps workers from a data directory for as long as what is returned lives.
  ///
  /// - Throws: `StartError` if there is one.
  static func lockOutWorkers(_ directory: String) throws -> DataDirectoryLock {
    do {
      return try DataDirectoryLock.acquireWithoutWorkers(directory: directory)
    } catch StorageError.inUse {
      throw StartError(description: "a weft worker is at work in \(directory): stop it before the schema is brought up to date")
    }
  }

  /// Says to whoever started the process that it serves.
  func announce() { serviceManager?.ready("REST on \(http), gRPC on \(grpc)") }

  /// Where this machine's own clients find a listener: the loopback address where it listens on all.
  private static func publicURL(of address: SocketAddress, isTLS: Bool) -> String {
    (isTLS ? "https://" : "http://") + (address.isWildcard ? "127.0.0.1:\(address.port)" : "\(address)")
  }

  /// What `GET /metrics` answers, on its own listener.
  private static func metrics(_ rpc: RPCServer, _ gateway: RESTGateway, rest: HTTPServer, grpc: HTTPServer, jobs: JobCounts?)
    -> MetricsHandler
  {
    MetricsHandler {
      var page = PrometheusText()
      page.add(rpc.counters)
      page.add(gateway.counters)
      page.add([("http", rest.counters.snapshot), ("grpc", grpc.counters.snapshot)])
      if let jobs { page.add(jobs.counts) }
      return page.text
    }
  }

  /// The API's description, and the page that shows it if `make setup` has fetched its files.
  static func pages(of applications: [ServeSettings.Application]) -> DocumentationPages {
    let directory = SwaggerUI.defaultDirectory(environment: ProcessInfo.processInfo.environment)
    return DocumentationPages(
      openAPI: applications.openAPI, swaggerUI: directory.flatMap { SwaggerUI(directory: $0) })
  }

  /// Serves until a signal says to stop; then lets what is under way finish and closes everything, the database last.
  func untilStopped() async {
    await signals.first()
    logger.info("stopping")
    await stop()
  }

  private func stop() async {
    serviceManager?.stopping()
    isReady.value = false
    health.stop()
    rpc.beginDrain()
    async let rest: Void = httpServer.drain(timeout: Self.drainTimeout)
    async let calls: Void = grpcServer.drain(timeout: Self.drainTimeout)
    async let work: Void? = jobs?.drain(grace: Self.jobGrace)
    _ = await (rest, calls, work)
    await modelClient?.close()
    await metricsServer.drain(timeout: .seconds(1))
    await jobCounts?.stop()
    await housekeeping.stop()
    do {
      for application in applications { try await application.stop() }
    } catch {
      logger.error("the last uses of application keys are not written down", metadata: ["error": "\(error)"])
    }
    await listening.stop()
    await passwords.close()
    await messaging.stop()
    await fileTypes.close()
    await blobs.close()
    await database.close()
    await watchdog?.stop()
    loops.shutdown()
  }
}

/// Whether `/healthz` says yes.
final class ReadyFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var value: Bool {
    get { flag.load(ordering: .acquiring) }
    set { flag.store(newValue, ordering: .releasing) }
  }
}

extension ServeSettings {
  var gatewayOptions: RESTGateway.Options {
    var options = RESTGateway.Options()
    options.cors = cors
    options.trustedProxies = trustedProxies
    return options
  }
}
