import ArgumentParser
import Blobs
import Foundation

/// Where a server keeps what it keeps, if not in its data directory: the settings of `weft serve` that say so, from the same variables.
struct OfflineFlags: ParsableArguments {
  @Option(name: .customLong("database-url"), help: "WEFT_DATABASE_URL: sqlite:PATH (default: sqlite:DIR/weft.db).")
  var databaseURL: String?
  @Option(name: .customLong("blob-url"), help: "WEFT_BLOB_URL: where file contents lie (default: file:DIR/blobs).")
  var blobURL: String?

  /// With the environment behind it.
  var source: SettingSource {
    var given: [String: String] = [:]
    given["WEFT_DATABASE_URL"] = databaseURL
    given["WEFT_BLOB_URL"] = blobURL
    return SettingSource(flags: given, environment: ProcessInfo.processInfo.environment)
  }
}
