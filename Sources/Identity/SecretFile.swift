internal import Glibc
internal import Platform

/// A secret in a file of its own, mode 0600, as a line of hexadecimal digits where we made it.
enum SecretFile {
  /// What the file holds, without a newline at its end; made at random the first time. Blocks.
  ///
  /// - Throws: `IdentityError.secret` if the file cannot be read or made. How much it must hold is the caller's to check.
  static func loadOrCreate(
    _ path: String, directory: String, bytesMin: Int, random: any RandomSource
  ) throws(IdentityError) -> [UInt8] {
    if let kept = try load(path) { return kept }
    try create(path, text: random.bytes(bytesMin).map { hexadecimal($0) }.joined() + "\n", suffix: random.word(), directory: directory)
    // Another process may have been faster; what is in the file counts.
    guard let kept = try load(path) else { throw .secret("\(path) vanished while it was made") }
    return kept
  }

  /// What the file holds; nil if it is not there.
  static func load(_ path: String) throws(IdentityError) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 {
      if errno == ENOENT { return nil }
      throw .secret("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw .secret("cannot read \(path): \(String(cString: strerror(errno)))") }
    bytes.removeSubrange(count...)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  /// Makes the file whole or not at all: written aside, synced, then given its name, which fails if the name is taken.
  private static func create(_ path: String, text: String, suffix: UInt64, directory: String) throws(IdentityError) {
    let aside = "\(path).\(suffix)"
    let file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .secret("cannot make \(aside): \(String(cString: strerror(errno)))") }
    defer { unlink(aside) }
    let bytes = Array(text.utf8)
    let isWritten = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count && fsync(file) == 0
    let reason = errno
    close(file)
    guard isWritten else { throw .secret("cannot write \(aside): \(String(cString: strerror(reason)))") }
    guard link(aside, path) == 0 || errno == EEXIST else {
      throw .secret("cannot make \(path): \(String(cString: strerror(errno)))")
    }
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
