import Blobs
import Logging

/// Where the contents of files lie, and the keys for it.
struct BlobSettings {
  let location: BlobLocation
  /// For a bucket.
  let credentials: S3Credentials?
  let authorityFile: String?

  init(_ source: SettingSource, dataDirectory: String) throws {
    let url = try source.text("WEFT_BLOB_URL") ?? "file:\(dataDirectory)/blobs"
    guard let location = BlobLocation(url: url) else {
      // Keys do not belong into it, but somebody may have tried.
      throw SettingError(setting: "WEFT_BLOB_URL", takes: BlobLocation.urlForm, got: url.contains("@") ? "something else" : url)
    }
    self.location = location
    authorityFile = try MessagingSettings.authorityFile(source)
    if case .bucket = location { credentials = try Self.credentials(source) } else { credentials = nil }
  }

  /// - Throws: `StartError` that names the setting and what is wrong with the directory or bucket.
  func open(logger: Logger) async throws -> any BlobStore {
    do {
      return try await BlobStores.open(location, credentials: credentials, authorityFile: authorityFile, logger: logger)
    } catch {
      throw StartError(description: "WEFT_BLOB_URL: \(error)")
    }
  }

  private static func credentials(_ source: SettingSource) throws -> S3Credentials {
    S3Credentials(
      accessKey: try key("AWS_ACCESS_KEY_ID", source), secretKey: try key("AWS_SECRET_ACCESS_KEY", source),
      sessionToken: try source.text("AWS_SESSION_TOKEN"))
  }

  private static func key(_ variable: String, _ source: SettingSource) throws -> String {
    guard let key = try source.text(variable) else {
      throw SettingError(setting: variable, takes: "the bucket's key, as WEFT_BLOB_URL names a bucket", got: nil)
    }
    return key
  }
}

/// What keeps a command from starting, in words.
struct StartError: Error, CustomStringConvertible {
  let description: String
}
