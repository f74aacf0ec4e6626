public import Blobs
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
  /// - Parameters:
  ///   - descriptor: The archive; it is read once, from where it stands.
  ///   - openBlobs: Opens the store of uploaded files where that is not `DIR/blobs`. What was put into it stays there also if the
  ///     restore fails, and is no obstacle to the next one.
  public func run(
    from descriptor: Int32, into path: String, openBlobs: (@Sendable () async throws -> any BlobStore)? = nil
  ) async throws -> Manifest {
    let directory = try RestoreDirectory.prepare(path)
    let reader = try ArchiveReader(descriptor: descriptor, isCancelled: isCancelled)
    let staging = directory.staging
    let blobs = LazyBlobStore(openBlobs ?? { try DirectoryBlobStore(directory: staging + "/blobs") })
    let sink = RestoreSink(directory: staging, applications: applications, blobs: blobs)
    let manifest: Manifest
    do {
      manifest = try await ArchiveWalk(reader: reader, scratch: staging).run(sink)
      try await check(staging + "/weft.db")
      try await sink.finish()
    } catch {
      await sink.cancel()
      throw error
    }
    if let key = Self.difference(sink.missing, manifest.missingBlobs) {
      throw BackupError.damaged("it lacks the file \(key), which its database names")
    }
    if let key = Self.difference(sink.damaged, manifest.damagedBlobs) {
      throw BackupError.damaged("the file \(key) is not what its database says")
    }
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

  private static func difference(_ found: [String], _ known: [String]) -> String? {
    found == known ? nil : Set(found).symmetricDifference(known).min() ?? found.first
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
