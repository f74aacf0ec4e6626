internal import Glibc

/// A file that a member is unpacked into, mode 0600.
final class MemberFile {
  private let descriptor: Int32
  private let path: String

  init(path: String) throws(BackupError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, reason: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: ArraySlice<UInt8>) throws(BackupError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, reason: String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes it durable.
  func finish() throws(BackupError) {
    guard fsync(descriptor) == 0 else { throw .file(path: path, reason: String(cString: strerror(errno))) }
  }
}
