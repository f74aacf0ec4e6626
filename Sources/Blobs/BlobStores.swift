public import Logging
internal import Outbound
public import Platform

/// Makes the store of a location.
public enum BlobStores {
  /// Requests to the bucket at once; each upload and each download has one under way.
  private static let requestsMax = 64

  /// Opens the store and sees whether it can be used. For the start of a process: may block.
  ///
  /// - Parameters:
  ///   - credentials: For a bucket.
  ///   - authorityFile: PEM file of certificates to trust beside the system's.
  /// - Throws: What is wrong with it, naming the directory or bucket.
  public static func open(
    _ location: BlobLocation, credentials: S3Credentials? = nil, authorityFile: String? = nil, time: any TimeSource = SystemTime(),
    logger: Logger
  ) async throws(BlobError) -> any BlobStore {
    switch location {
    case .directory(let path): return try DirectoryBlobStore(directory: path)
    case .bucket(let location):
      guard let credentials else { throw .failed("\(location.description) cannot be used: there are no keys for it") }
      // A client of its own: uploads must not hold up mail and sign-ins, nor wait behind them.
      var options = OutboundOptions()
      options.activeMax = requestsMax
      options.activePerHostMax = requestsMax
      options.authorityFile = authorityFile
      return try await S3BlobStore(
        location, credentials: credentials, outbound: OutboundClient(options: options, logger: logger), time: time)
    }
  }
}
