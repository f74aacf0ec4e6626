internal import Glibc
internal import Identity

/// Puts members into an archive, one after another, with their check sums at the end.
final class MemberWriter {
  private let archive: ArchiveWriter
  private let sums: CheckSums
  private let second: Int64
  private let isCancelled: () -> Bool
  private var hash = SHA256Stream()
  private var member = ArchiveMember.database

  /// - Parameter second: The members' time, in seconds since 1970.
  init(descriptor: Int32, scratch: String, second: Int64, isCancelled: @escaping () -> Bool) throws(BackupError) {
    archive = try ArchiveWriter(descriptor: descriptor)
    sums = try CheckSums(directory: scratch)
    self.second = second
    self.isCancelled = isCancelled
  }

  func begin(_ member: ArchiveMember, size: Int64) throws(BackupError) {
    self.member = member
    hash = SHA256Stream()
    try archive.begin(member.name, size: size, at: second)
  }

  func write(_ bytes: ArraySlice<UInt8>) throws(BackupError) {
    if isCancelled() { throw .interrupted }
    hash.update(bytes)
    try archive.write(bytes)
  }

  /// - Returns: The SHA-256 of what was written.
  @discardableResult
  func end() throws(BackupError) -> [UInt8] {
    try archive.end()
    let digest = hash.finish()
    if member != .manifest, member != .sums { try sums.add(member.name, sha256: digest) }
    return digest
  }

  /// Adds all that an open file holds.
  ///
  /// - Returns: Its bytes.
  @discardableResult
  func add(_ member: ArchiveMember, contentsOf file: Int32) throws(BackupError) -> Int64 {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .file(path: member.name, reason: String(cString: strerror(errno))) }
    try begin(member, size: Int64(status.st_size))
    var piece = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path: member.name, reason: String(cString: strerror(errno))) }
      if count == 0 { break }
      try write(piece[..<count])
    }
    try end()
    return Int64(status.st_size)
  }

  /// Writes the check sums, the manifest (which gets theirs) and the archive's end.
  func finish(_ manifest: inout Manifest) throws {
    manifest.sums = CheckSums.hexadecimal(try sums.sha256())
    try begin(.sums, size: sums.size)
    try sums.read { bytes throws(BackupError) in try self.write(bytes) }
    try end()
    let json = try manifest.json
    try begin(.manifest, size: Int64(json.count))
    try write(json[...])
    try end()
    try archive.close()
  }
}
