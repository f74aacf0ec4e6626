import ArgumentParser
import Backup
import Blobs
import Console
import Foundation
import Logging

/// `weft restore`: a data directory made of an archive.
struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a data directory of an archive that `weft backup` wrote.",
    discussion: """
      DIR must be absent or empty. Every byte is compared with its check sum and the database is checked before anything has its name; \
      where something is wrong, nothing is left. An older schema is brought up to date when the server starts.
      """)

  @Argument(help: "The archive; - for standard input.")
  var file: String
  @Option(name: .customLong("data-dir"), help: "The directory to make; its parent must be there.")
  var dataDirectory: String
  @OptionGroup var flags: OfflineFlags

  func run() async throws {
    do {
      let database = try ServeSettings.databasePath(flags.source, dataDirectory: dataDirectory)
      guard database == dataDirectory + "/weft.db" else {
        throw SettingError(setting: "WEFT_DATABASE_URL", takes: "nothing here: the database is restored to DIR/weft.db", got: database)
      }
      let input = try ArchiveInput(file)
      defer { withExtendedLifetime(input) {} }
      becomeOwner()
      let job = RestoreJob(applications: Assembly.backedUpApplications, isCancelled: { PendingSignals.isAskedToEnd })
      let blobs = try BlobSettings(flags.source, dataDirectory: dataDirectory)
      var openBlobs: (@Sendable () async throws -> any BlobStore)?
      if blobs.location != .directory(dataDirectory + "/blobs") { openBlobs = { try await blobs.open(logger: Logger(label: "weft")) } }
      let manifest = try await job.run(from: input.descriptor, into: dataDirectory, openBlobs: openBlobs)
      Terminal.line("weft: restored: \(manifest.summary), as of \(SafeText.line(manifest.madeAt))")
      Terminal.line("weft: next: weft serve --data-dir \(dataDirectory)")
    } catch BackupError.interrupted {
      Terminal.error("\(BackupError.interrupted)")
      throw ExitCode(130)
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  /// As root, in a directory that was made for the server's own user, all files are to be that user's.
  private func becomeOwner() {
    var status = stat()
    guard geteuid() == 0, stat(dataDirectory, &status) == 0, status.st_uid != 0 else { return }
    setegid(status.st_gid)
    seteuid(status.st_uid)
  }
}
