import ApplicationSupport
import Blobs
import CoWriting
import Identity
import LanguageModel
import Logging
import Platform
import Storage

extension CoWritingApp.Needs {
  /// What co-writing is given in a server and in a worker alike, as the settings say.
  ///
  /// - Parameter writer: Nil for the built-in outline writer.
  init(
    _ settings: ServeSettings, database: Database, passwords: PasswordHasher, signingKeys: SigningKeys, hashSecret: HashSecret,
    blobs: any BlobStore, publicURL: PublicURL, writer: (any TextGenerator)?, random: any RandomSource, logger: Logger
  ) throws {
    self.init(
      database: database, passwords: passwords.with(.bcrypt), signingKeys: signingKeys, hashSecret: hashSecret, blobs: blobs,
      publicURL: publicURL, limitsRates: settings.rateLimits, random: random)
    lifetimes = settings.tokenLifetimes
    exportsAtOnce = settings.exportsAtOnce
    directory = settings.dataDirectory
    if let writer { self.writer = writer }
    self.logger = logger
    generation = try SharedGeneration(path: settings.generationPath(of: "cowriting"))
    jobGeneration = try SharedGeneration(path: settings.generationPath(of: "jobs"))
    progressGeneration = try SharedGeneration(path: settings.generationPath(of: "progress"))
  }
}
