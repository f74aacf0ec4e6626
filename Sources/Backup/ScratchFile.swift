internal import Glibc

/// A file without a name, for a list that may be too long for memory.
final class ScratchFile {
  /// Of the name that it has for a moment where files cannot be made without one.
  static let namePrefix = ".weft-"

  private let descriptor: Int32
  private(set) var size: Int64 = 0
  private var unwritten: [UInt8] = []

  /// - Parameter directory: Where the file would stand if it had a name.
  init(directory: String) throws(BackupError) {
    // O_TMPFILE, a macro of two flags that Swift does not import.
    var descriptor = open(directory, O_RDWR | 0o20_000_000 | O_DIRECTORY | O_CLOEXEC, 0o600)
    if descriptor < 0 {
      // Not every file system can.
      var template = Array((directory + "/" + Self.namePrefix + "XXXXXX").utf8CString)
      descriptor = mkstemp(&template)
      if descriptor >= 0 { unlink(template) }
    }
    guard descriptor >= 0 else { throw .file(path: directory, reason: String(cString: strerror(errno))) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws(BackupError) {
    unwritten += bytes
    size += Int64(bytes.count)
    if unwritten.count >= 64 * 1024 { try flush() }
  }

  /// Calls `body` with the whole content, piece by piece.
  func read(_ body: (ArraySlice<UInt8>) throws(BackupError) -> Void) throws(BackupError) {
    try flush()
    var offset: Int64 = 0
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while offset < size {
      let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
      guard count > 0 else { throw .file(path: "scratch file", reason: String(cString: strerror(errno))) }
      try body(piece[..<count])
      offset += Int64(count)
    }
  }

  private func flush() throws(BackupError) {
    var rest = unwritten[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(path: "scratch file", reason: String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
    unwritten.removeAll(keepingCapacity: true)
  }
}
