internal import Glibc
public import Platform

/// The secret behind access tokens and one-time codes.
public struct SigningSecret: Sendable {
  public static let bytesMin = 32

  let bytes: [UInt8]

  /// A secret from the settings, used as it is.
  ///
  /// - Throws: `IdentityError.secret` below 32 bytes: RFC 7518, section 3.2, wants a key as long as the hash.
  public init(_ text: String) throws(IdentityError) {
    try self.init(bytes: Array(text.utf8))
  }

  /// The same from bytes.
  public init(bytes: [UInt8]) throws(IdentityError) {
    guard bytes.count >= Self.bytesMin else {
      throw .secret("the signing secret has \(bytes.count) bytes; it takes at least \(Self.bytesMin)")
    }
    self.bytes = bytes
  }

  /// Another secret made of this one, so that a key serves one purpose only.
  public func derived(for purpose: String) -> MessageAuthenticator {
    MessageAuthenticator(key: MessageAuthenticator(key: bytes).code(Array(purpose.utf8)))
  }

  /// The secret kept in `DIR/jwt.secret` (mode 0600), made at random the first time. Blocks.
  ///
  /// - Throws: `IdentityError.secret` if the file cannot be read or made, or holds too little.
  public static func loadOrCreate(directory: String, random: any RandomSource) throws(IdentityError) -> SigningSecret {
    let path = directory + "/jwt.secret"
    if let kept = try load(path) { return kept }
    try create(path, text: random.bytes(bytesMin).map { hexadecimal($0) }.joined() + "\n", suffix: random.word(), directory: directory)
    // Another process may have been faster; what is in the file counts.
    guard let kept = try load(path) else { throw .secret("\(path) vanished while it was made") }
    return kept
  }

  private static func load(_ path: String) throws(IdentityError) -> SigningSecret? {
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
    do { return try SigningSecret(bytes: bytes) } catch { throw .secret("\(path): \(error)") }
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
