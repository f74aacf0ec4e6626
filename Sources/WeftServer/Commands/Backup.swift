import ArgumentParser
import Backup
import Blobs
import Console
import Foundation
import Logging

/// `weft backup`: everything that a server needs to go on elsewhere, in one file, while it runs.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write the database, its secrets and all uploaded files into one archive; the server may run.",
    discussion: """
      FILE is a tar archive, readable by its owner alone: whoever has it can sign in as anybody. It has its name only when it is whole. \
      - writes to standard output, and keeps its copy of the database in TMPDIR (/var/tmp) until it is made.
      """)

  @Argument(help: "The archive to write; - for standard output.")
  var file: String
  @Option(name: .customLong("data-dir"), help: "The server's data directory.")
  var dataDirectory: String?
  @Flag(help: "Replace FILE if it is there.")
  var force = false
  @Flag(help: "Write nothing: read FILE (- for standard input) to its end and compare every check sum.")
  var verify = false
  @Flag(name: .customLong("skip-damaged"), help: "Go on where a file is missing from the blob store, or is not what was stored.")
  var skipDamaged = false
  @OptionGroup var flags: OfflineFlags

  mutating func validate() throws {
    if verify, dataDirectory != nil || force || skipDamaged {
      throw ValidationError("--verify goes without --data-dir, --force and --skip-damaged")
    }
    if !verify, dataDirectory == nil { throw ValidationError("--data-dir is missing: the server's data directory") }
  }

  func run() async throws {
    do {
      if verify { return try await verifyFile() }
      guard let dataDirectory else { return }
      let source = flags.source
      let blobs = try BlobSettings(source, dataDirectory: dataDirectory)
      var data = BackupJob.Source(
        dataDirectory: dataDirectory, databasePath: try ServeSettings.databasePath(source, dataDirectory: dataDirectory),
        applications: Assembly.backedUpApplications, version: Weft.version,
        openBlobs: { try await blobs.open(logger: Logger(label: "weft")) })
      data.skipsDamaged = skipDamaged
      let job = BackupJob(data, isCancelled: { PendingSignals.isAskedToEnd })
      signal(SIGPIPE, SIG_IGN)
      let manifest: Manifest
      if file == "-" {
        manifest = try await job.run(to: STDOUT_FILENO, scratch: Self.scratch) { PendingSignals.letThemEnd() }
      } else {
        manifest = try await job.run(toFile: file, replaces: force)
      }
      Terminal.error("backed up: \(manifest.summary)")
      if try source.text("WEFT_JWT_SECRET") != nil { Terminal.error("not in the archive: WEFT_JWT_SECRET, which the settings say") }
    } catch BackupError.interrupted {
      Terminal.error("\(BackupError.interrupted)")
      throw ExitCode(130)
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  private func verifyFile() async throws {
    let input = try ArchiveInput(file)
    defer { withExtendedLifetime(input) {} }
    let job = RestoreJob(applications: Assembly.backedUpApplications, isCancelled: { PendingSignals.isAskedToEnd })
    let manifest = try await job.verify(input.descriptor, scratch: Self.scratch)
    // Texts of an archive that anybody may have made.
    let origin = SafeText.line("made at \(manifest.madeAt) by weft \(manifest.weft)")
    Terminal.line("weft: whole and unchanged: \(manifest.summary), \(origin)")
  }

  private static var scratch: String { ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp" }
}

/// An archive to read; standard input for `-`.
final class ArchiveInput {
  let descriptor: Int32

  init(_ path: String) throws {
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BackupError.file(path: path, reason: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }
}

extension Manifest {
  /// What is in it, in a few words.
  var summary: String {
    var text = "a database of \(databaseBytes) bytes, \(Self.files(blobCount)) of \(blobBytes) bytes"
    if !missingBlobs.isEmpty { text += ", \(Self.files(missingBlobs.count)) missing" }
    if !damagedBlobs.isEmpty { text += ", \(Self.files(damagedBlobs.count)) damaged" }
    return text
  }

  private static func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }
}
