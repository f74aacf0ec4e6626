public import Platform

/// The secret behind access tokens.
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
    let bytes = try SecretFile.loadOrCreate(path, directory: directory, bytesMin: bytesMin, random: random)
    do {
      return try SigningSecret(bytes: bytes)
    } catch {
      throw .secret("\(path): \(error); without the file a new one is made, and everybody has to sign in again")
    }
  }
}
