/// Why a backup was not made, or not restored.
public enum BackupError: Error, Sendable, Equatable {
  /// The name for the archive is taken.
  case exists(path: String)
  /// Another process is at it.
  case busy(path: String)
  /// A backup is restored into a directory of its own.
  case notEmpty(path: String)
  case file(path: String, reason: String)
  /// There is nothing to back up.
  case noDatabase(path: String)
  /// The database names a file that the blob store does not have.
  case missingFile(key: String)
  /// A file in the blob store is not what the database says about it.
  case damagedFile(key: String)
  /// What was to be read is no archive of ours, or not whole any more.
  case damaged(String)
  /// A newer program than this one wrote the archive.
  case newerArchive(version: Int)
  /// The database was migrated by a newer program than this one.
  case newerSchema(application: String, found: Int, known: Int)
  /// A signal said to stop.
  case interrupted
}

extension BackupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exists(let path): "\(path) is there already; --force replaces it"
    case .busy(let path): "another process is working on \(path)"
    case .notEmpty(let path): "\(path) is not empty; a backup is restored into a directory that is absent or empty"
    case .file(let path, let reason): "\(path): \(reason)"
    case .noDatabase(let path): "there is no database of Weft's at \(path)"
    case .missingFile(let key): "the file \(key) is in the database and not in the blob store; --skip-damaged leaves such files out"
    case .damagedFile(let key): "the file \(key) in the blob store is not what was stored; --skip-damaged takes it as it is"
    case .damaged(let reason): "the archive is damaged: \(reason)"
    case .newerArchive(let version):
      "the archive has version \(version), this program knows version \(Manifest.versionKnown): use a newer program"
    case .newerSchema(let application, let found, let known):
      "the database's schema of '\(application)' is version \(found), this program knows version \(known): use a newer program"
    case .interrupted: "interrupted; nothing is left behind"
    }
  }
}
