internal import Identity

/// The lines of `SHA256SUMS`, as `sha256sum -c` reads them: a digest in hexadecimal digits, two spaces, a name.
final class CheckSums {
  private let lines: ScratchFile

  /// - Parameter directory: Of a file without a name that holds them: there may be millions.
  init(directory: String) throws(BackupError) { lines = try ScratchFile(directory: directory) }

  /// Bytes of all lines.
  var size: Int64 { lines.size }

  func add(_ name: String, sha256 digest: [UInt8]) throws(BackupError) {
    try lines.append(Array("\(Self.hexadecimal(digest))  \(name)\n".utf8))
  }

  func read(_ body: (ArraySlice<UInt8>) throws(BackupError) -> Void) throws(BackupError) { try lines.read(body) }

  /// The digest of the lines.
  func sha256() throws(BackupError) -> [UInt8] {
    let hash = SHA256Stream()
    try lines.read { hash.update($0) }
    return hash.finish()
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
