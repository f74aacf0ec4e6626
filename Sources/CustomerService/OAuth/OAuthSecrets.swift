import Identity
import Platform

/// Makes the codes, tokens and client secrets of the provider, and the keyed hashes by which they are stored and found.
///
/// Each is 256 random bits, so a fast hash does: nobody can try them all. Only whoever bears one has it; the database cannot tell.
struct OAuthSecrets: Sendable {
  private let hashes: MessageAuthenticator
  private let successors: MessageAuthenticator
  private let random: any RandomSource

  init(secret: HashSecret, random: any RandomSource) {
    hashes = secret.derived(for: "weft oauth hashes")
    successors = secret.derived(for: "weft oauth successors")
    self.random = random
  }

  /// What a secret text is for. It is hashed along, so that none passes as another.
  enum Kind: String, Sendable {
    case client, code, access, refresh
  }

  /// A new one: 43 characters of base64url.
  func make() -> String { Base64URL.encode(random.bytes(32)) }

  func salt() -> [UInt8] { random.bytes(16) }

  func digest(_ text: String, _ kind: Kind) -> [UInt8] {
    var message = Array(kind.rawValue.utf8)
    message.append(0)
    message.append(contentsOf: text.utf8)
    return hashes.code(message)
  }

  /// The token that follows a refresh token when it is used.
  ///
  /// It is derived instead of drawn, so that the same can be answered again for a few seconds without being kept anywhere: making it takes the
  /// old token, which only the client has, the salt, which only the database has, and the key.
  func successor(of refreshToken: String, salt: [UInt8], _ kind: Kind) -> String {
    var message = Array(kind.rawValue.utf8)
    message.append(0)
    message.append(contentsOf: salt)
    message.append(contentsOf: refreshToken.utf8)
    return Base64URL.encode(successors.code(message))
  }
}
