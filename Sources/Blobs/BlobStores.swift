/// Makes the store of a location.
public enum BlobStores {
  /// Opens the store and sees whether it can be written to. For the start of a process: may block.
  ///
  /// - Throws: What is wrong with it, naming the directory or bucket.
  public static func open(_ location: BlobLocation) async throws(BlobError) -> any BlobStore {
    switch location {
    case .directory(let path): try DirectoryBlobStore(directory: path)
    }
  }
}
