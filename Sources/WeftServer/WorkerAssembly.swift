import ApplicationSupport
import Blobs
import CoWriting
import Foundation
import Identity
import Logging
import Net
import Outbound
import Platform
import Storage

/// Everything that a `weft worker` process is made of: background jobs alone, on the database of a server.
final class WorkerAssembly: Sendable {
  private let logger: Logger
  private let lock: DataDirectoryLock
  private let database: Database
  private let blobs: any BlobStore
  private let passwords: PasswordHasher
  private let modelClient: OutboundClient?
  private let application: CoWritingApp
  private let loops: EventLoopGroup
  private let signals: StopSignals
  private let jobs: JobLoop

  /// - Throws: `StartError` where the schema is not this version's: a server or `weft migrate` brings it up to date.
  init(_ settings: ServeSettings, logger: Logger) async throws {
    self.logger = logger
    // Opening would make it: a database, and a lock, in whatever directory was meant.
    if access(settings.databasePath, F_OK) != 0, [ENOENT, ENOTDIR].contains(errno) {
      throw StartError(description: "there is no database at \(settings.databasePath): start weft serve or run weft migrate first")
    }
    lock = try Self.lock(settings.dataDirectory)
    database = try Database.open(path: settings.databasePath)
    for (application, migrator) in Assembly.migrators where try await !migrator.pending(database).isEmpty {
      throw StartError(description: "the schema of \(application) is not up to date: start weft serve or run weft migrate first")
    }
    blobs = try await settings.blobs.open(logger: logger)
    let random = SystemRandom()
    passwords = PasswordHasher(threads: 1, random: random)
    let secrets = try SigningSecrets(settings, random: random)
    let writer = try settings.languageModel?.writer(inFlight: CoWritingApp.textsAtOnce, random: random, logger: logger)
    modelClient = writer?.client
    // Beside a server with a provider, this is where its outlines would come from.
    if writer == nil { logger.warning("no language model is set: this worker drafts outlines only (WEFT_AI_BASE_URL)") }
    application = CoWritingApp(
      try CoWritingApp.Needs(
        settings, database: database, passwords: passwords,
        signingKeys: SigningKeys(current: secrets.current, previous: secrets.previous),
        hashSecret: HashSecret.loadOrCreate(directory: settings.dataDirectory, random: random), blobs: blobs,
        publicURL: PublicURL(settings.publicURL ?? ""), writer: writer?.writer, random: random, logger: logger))
    loops = EventLoopGroup(count: 1)
    signals = try StopSignals(loops.loops[0])
    jobs = JobLoop(application, process: "worker", on: loops.loops[0], logger: logger)
  }

  private static func lock(_ directory: String) throws -> DataDirectoryLock {
    do {
      return try DataDirectoryLock.acquireForWorker(directory: directory)
    } catch StorageError.inUse {
      throw StartError(description: "the schema in \(directory) is being brought up to date: start the worker after that")
    }
  }

  /// Works until a signal says to stop; then hands back what has not ended and closes everything, the database last.
  func untilStopped() async {
    await signals.first()
    logger.info("stopping")
    await jobs.drain(grace: Assembly.jobGrace)
    try? await application.stop()
    await modelClient?.close()
    await passwords.close()
    await blobs.close()
    await database.close()
    loops.shutdown()
    withExtendedLifetime(lock) {}
  }
}
