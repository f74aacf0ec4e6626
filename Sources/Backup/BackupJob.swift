public import Blobs
internal import Glibc
internal import Identity
public import Platform
internal import Storage

/// Makes an archive of a data directory, whether a server runs on it or not: the database, the secrets that it is worth nothing
/// without, and the files that it names.
public struct BackupJob {
  public struct Source: Sendable {
    public var dataDirectory: String
    public var databasePath: String
    /// Everybody who has tables.
    public var applications: [BackedUpApplication]
    /// Opens the store of the files that the database names; called only if it names any.
    public var openBlobs: @Sendable () async throws -> any BlobStore
    /// Files that the blob store does not have as the database says do not keep the rest from being backed up.
    public var skipsDamaged = false
    /// The program's version, for the manifest.
    public var version: String

    public init(
      dataDirectory: String, databasePath: String, applications: [BackedUpApplication], version: String,
      openBlobs: @escaping @Sendable () async throws -> any BlobStore
    ) {
      self.dataDirectory = dataDirectory
      self.databasePath = databasePath
      self.applications = applications
      self.version = version
      self.openBlobs = openBlobs
    }
  }

  let source: Source
  private let time: any TimeSource
  private let isCancelled: () -> Bool

  /// - Parameter isCancelled: Asked now and then; true ends the work with `BackupError.interrupted`.
  public init(_ source: Source, time: any TimeSource = SystemTime(), isCancelled: @escaping () -> Bool = { false }) {
    self.source = source
    self.time = time
    self.isCancelled = isCancelled
  }

  /// Writes the archive to a file, mode 0600, which has its name only when it is whole and durable.
  ///
  /// - Parameter replaces: Whether a file of that name may be there.
  public func run(toFile path: String, replaces: Bool) async throws -> Manifest {
    let file = try ArchiveFile.make(path, replaces: replaces)
    let manifest = try await write(to: file.descriptor, databaseCopy: file.databasePath, scratch: FileNames.parent(of: path)) {}
    try file.commit()
    return manifest
  }

  /// Writes the archive to a pipe, or whatever else is open.
  ///
  /// - Parameters:
  ///   - scratch: A directory with room for a copy of the database.
  ///   - nothingToRemove: Called when a sudden end would leave nothing behind any more.
  public func run(to descriptor: Int32, scratch: String, nothingToRemove: () -> Void) async throws -> Manifest {
    let copy = "\(scratch)/weft-backup-\(getpid()).db-part"
    defer { unlink(copy) }
    return try await write(to: descriptor, databaseCopy: copy, scratch: scratch, nothingToRemove: nothingToRemove)
  }

  private func write(
    to descriptor: Int32, databaseCopy path: String, scratch: String, nothingToRemove: () -> Void
  ) async throws -> Manifest {
    guard access(source.databasePath, F_OK) == 0 else { throw BackupError.noDatabase(path: source.databasePath) }
    // From before the copy until the last file: what it names is not deleted.
    let lock = try cancellable { () throws(StorageError) in
      try BackupLock.sharedForBackup(directory: source.dataDirectory, isCancelled: isCancelled)
    }
    defer { withExtendedLifetime(lock) {} }
    let now = time.wallMicroseconds
    try cancellable { () throws(StorageError) in
      try DatabaseCopy.make(of: source.databasePath, at: path, isCancelled: isCancelled)
    }
    let database = open(path, O_RDONLY | O_CLOEXEC)
    guard database >= 0 else { throw BackupError.file(path: path, reason: String(cString: strerror(errno))) }
    defer { close(database) }
    let copy = try DatabaseCopy(path: path)
    unlink(path)
    nothingToRemove()
    let schema: [String: Int]
    do { schema = try copy.schemaVersions() } catch { throw BackupError.noDatabase(path: source.databasePath) }
    for application in source.applications { try application.check(schema) }

    let writer = try MemberWriter(descriptor: descriptor, scratch: scratch, second: now / 1_000_000, isCancelled: isCancelled)
    let databaseBytes = try writer.add(.database, contentsOf: database)
    for name in ArchiveMember.secretNames {
      let file = open(source.dataDirectory + "/" + name, O_RDONLY | O_CLOEXEC)
      if file < 0, errno == ENOENT { continue }
      guard file >= 0 else { throw BackupError.file(path: source.dataDirectory + "/" + name, reason: String(cString: strerror(errno))) }
      defer { close(file) }
      try writer.add(.secret(name), contentsOf: file)
    }
    var manifest = Manifest(
      weft: source.version, madeAt: Timestamp.rfc3339(wallMicroseconds: now), schema: schema, databaseBytes: databaseBytes, blobCount: 0,
      blobBytes: 0, missingBlobs: [], damagedBlobs: [], sums: "")
    try await addBlobs(copy, to: writer, &manifest)
    try writer.finish(&manifest)
    return manifest
  }

  private func cancellable<Value>(_ body: () throws(StorageError) -> Value) throws -> Value {
    do {
      return try body()
    } catch StorageError.cancelled {
      throw BackupError.interrupted
    }
  }
}
