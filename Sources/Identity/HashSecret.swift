public import Platform

/// The secret behind what is stored as a keyed hash: application keys, client secrets, codes.
///
/// Not the one that signs tokens, because that one is rotated and these hashes must outlive it.
public struct HashSecret: Sendable {
  public static let bytesMin = 32

  private let bytes: [UInt8]

  /// - Throws: `IdentityError.secret` below 32 bytes.
  public init(bytes: [UInt8]) throws(IdentityError) {
    guard bytes.count >= Self.bytesMin else {
      throw .secret("the hash secret has \(bytes.count) bytes; it takes at least \(Self.bytesMin)")
    }
    self.bytes = bytes
  }

  /// What hashes for one purpose and no other.
  public func derived(for purpose: String) -> MessageAuthenticator {
    MessageAuthenticator(key: MessageAuthenticator(key: bytes).code(Array(purpose.utf8)))
  }

  /// The secret kept in `DIR/hash.secret` (mode 0600), made at random the first time. Blocks.
  ///
  /// Whoever loses the file loses every hash made with it: it belongs into the backup, beside the database.
  ///
  /// - Throws: `IdentityError.secret` if the file cannot be read or made, or holds too little.
  public static func loadOrCreate(directory: String, random: any RandomSource) throws(IdentityError) -> HashSecret {
    let path = directory + "/hash.secret"
    let bytes = try SecretFile.loadOrCreate(path, directory: directory, bytesMin: bytesMin, random: random)
    do { return try HashSecret(bytes: bytes) } catch { throw .secret("\(path): \(error); take it from the backup") }
  }
}
