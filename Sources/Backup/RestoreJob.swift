internal import Storage

/// Makes a data directory of an archive, or checks one.
public struct RestoreJob {
  private let applications: [BackedUpApplication]
  private let isCancelled: () -> Bool

  /// - Parameters:
  ///   - applications: Everybody who has tables.
  ///   - isCancelled: Asked now and then; true ends the work with `BackupError.interrupted`.
  public init(applications: [BackedUpApplication], isCancelled: @escaping () -> Bool = { false }) {
    self.applications = applications
    self.isCancelled = isCancelled
  }

  /// Unpacks an archive into a directory that is absent or empty, and leaves nothing of it there if anything is wrong with it: a byte,
  /// a name, the database itself, a schema newer than this program's.
  ///
  /// - Parameter descriptor: The archive; it is read once, from where it stands.
  public func run(from descriptor: Int32, into path: String) async throws -> Manifest {
    let directory = try RestoreDirectory.prepare(path)
    let reader = try ArchiveReader(descriptor: descriptor, isCancelled: isCancelled)
    let sink = RestoreSink(directory: directory.staging)
    let manifest = try await ArchiveWalk(reader: reader, scratch: directory.staging).run(sink)
    try await check(directory.staging + "/weft.db")
    try directory.commit()
    return manifest
  }

  /// Reads an archive to its end and compares every check sum; writes nothing.
  ///
  /// - Parameter scratch: A directory for files without names.
  public func verify(_ descriptor: Int32, scratch: String) async throws -> Manifest {
    let reader = try ArchiveReader(descriptor: descriptor, isCancelled: isCancelled)
    return try await ArchiveWalk(reader: reader, scratch: scratch).run(NoSink())
  }

  /// Whether this program could serve the database.
  private func check(_ path: String) async throws {
    do {
      let copy = try DatabaseCopy(path: path)
      try copy.check()
      let versions = try copy.schemaVersions()
      for application in applications { try application.check(versions) }
    } catch StorageError.statement {
      throw BackupError.damaged("its database is none of Weft's")
    }
    var options = DatabaseOptions()
    options.readers = 1
    let database = try Database.open(path: path, options: options)
    do {
      for application in applications { _ = try await application.migrator.pending(database) }
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  private struct NoSink: MemberSink {
    func begin(_ member: ArchiveMember, size: Int64) {}
    func write(_ bytes: ArraySlice<UInt8>) {}
    func end(sha256: [UInt8]) {}
  }
}
