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
    try create(path, text: Self.random(bytesMin, random) + "\n", suffix: random.word(), directory: directory)
    // Another process may have been faster; what is in the file counts.
    guard let kept = try load(path) else { throw .secret("\(path) vanished while it was made") }
    return kept
  }

  /// What the file holds; nil if it is not there.
  static func load(_ path: String, bytesMax: Int = 4096) throws(IdentityError) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 {
      if errno == ENOENT { return nil }
      throw .secret("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw .secret("cannot read \(path): \(String(cString: strerror(errno)))") }
    bytes.removeSubrange(count...)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  /// Makes the file whole or not at all: written aside, synced, then given its name, which fails if the name is taken.
  private static func create(_ path: String, text: String, suffix: UInt64, directory: String) throws(IdentityError) {
    let aside = try writeAside(path, text: text, suffix: suffix)
    defer { unlink(aside) }
    guard link(aside, path) == 0 || errno == EEXIST else {
      throw .secret("cannot make \(path): \(String(cString: strerror(errno)))")
    }
    sync(directory)
  }

  /// Puts another text in the place of the file's, whole or not at all. Blocks.
  static func replace(_ path: String, text: String, directory: String, random: any RandomSource) throws(IdentityError) {
    let aside = try writeAside(path, text: text, suffix: random.word())
    guard rename(aside, path) == 0 else {
      let reason = errno
      unlink(aside)
      throw .secret("cannot replace \(path): \(String(cString: strerror(reason)))")
    }
    sync(directory)
  }

  /// Removes the file if it is there. Blocks.
  static func remove(_ path: String, directory: String) throws(IdentityError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .secret("cannot remove \(path): \(String(cString: strerror(errno)))")
    }
    sync(directory)
  }

  /// A file beside `path`, synced, mode 0600.
  private static func writeAside(_ path: String, text: String, suffix: UInt64) throws(IdentityError) -> String {
    let aside = "\(path).\(suffix)"
    let file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .secret("cannot make \(aside): \(String(cString: strerror(errno)))") }
    let bytes = Array(text.utf8)
    let isWritten = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count && fsync(file) == 0
    let reason = errno
    close(file)
    guard isWritten else {
      unlink(aside)
      throw .secret("cannot write \(aside): \(String(cString: strerror(reason)))")
    }
    return aside
  }

  /// Makes names that were given or taken in a folder durable.
  private static func sync(_ directory: String) {
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// A new secret as we write it: hexadecimal digits.
  static func random(_ count: Int, _ random: any RandomSource) -> String { Hexadecimal.text(random.bytes(count)) }
}
