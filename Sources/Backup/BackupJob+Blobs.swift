internal import Blobs
internal import Storage

extension BackupJob {
  /// Adds every file that the copy of the database names. They are never changed, and not deleted while the backup holds its lock, so
  /// that they can be read after the copy was made.
  func addBlobs(_ copy: DatabaseCopy, to writer: MemberWriter, _ manifest: inout Manifest) async throws {
    let blobs = LazyBlobStore(source.openBlobs)
    do {
      let named = try NamedBlobs(copy, applications: source.applications, schema: manifest.schema)
      while let blob = try named.next() { try await add(blob, from: try await blobs.store, to: writer, &manifest) }
    } catch {
      await blobs.close()
      throw error
    }
    await blobs.close()
  }

  private func add(_ blob: NamedBlob, from store: any BlobStore, to writer: MemberWriter, _ manifest: inout Manifest) async throws {
    let key = try BlobKey.checked(blob.key)
    guard let reader = try await Self.open(key, in: store), reader.size == blob.size else {
      guard source.skipsDamaged else { throw BackupError.missingFile(key: blob.key) }
      return manifest.missingBlobs.append(blob.key)
    }
    try writer.begin(.blob(blob.key), size: blob.size)
    do {
      while let piece = try await reader.next() { try writer.write(piece[...]) }
    } catch let error as BlobError {
      throw BackupError.file(path: blob.key, reason: "\(error)")
    }
    manifest.blobCount += 1
    manifest.blobBytes += blob.size
    if try writer.end() != blob.sha256 {
      guard source.skipsDamaged else { throw BackupError.damagedFile(key: blob.key) }
      manifest.damagedBlobs.append(blob.key)
    }
  }

  /// Nil if there is no such object.
  private static func open(_ key: BlobKey, in store: any BlobStore) async throws -> (any BlobReader)? {
    do {
      return try await store.open(key, range: nil)
    } catch {
      if case .notFound = error { return nil }
      throw BackupError.file(path: key.text, reason: "\(error)")
    }
  }
}
