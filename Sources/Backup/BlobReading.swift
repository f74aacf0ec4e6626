internal import Blobs
internal import Identity

extension BlobKey {
  /// - Throws: `BackupError.damaged` for what is no key.
  static func checked(_ text: String) throws(BackupError) -> BlobKey {
    guard let key = BlobKey(text) else { throw .damaged("the database names a file \(text.debugDescription)") }
    return key
  }
}

extension BlobStore {
  /// SHA-256 of an object's content.
  func sha256(of key: BlobKey) async throws(BlobError) -> [UInt8] {
    let reader = try await open(key, range: nil)
    let hash = SHA256Stream()
    while let piece = try await reader.next() { hash.update(piece) }
    return hash.finish()
  }
}

/// A store that is opened when it is first needed: opening may make its directory, or call somebody.
final class LazyBlobStore {
  private let open: () async throws -> any BlobStore
  private var opened: (any BlobStore)?

  init(_ open: @escaping () async throws -> any BlobStore) { self.open = open }

  var store: any BlobStore {
    get async throws {
      if let opened { return opened }
      let store = try await open()
      opened = store
      return store
    }
  }

  func close() async { await opened?.close() }
}
